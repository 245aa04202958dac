using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerSuccess.Tests.Webhooks;

/// <summary>Delivers as GitHub does: signed, with the three headers. The payloads are GitHub's own examples (npm @octokit/webhooks-examples).</summary>
public sealed class GitHubSender(House house)
{
    public const string Secret = "github-signs-with-this-in-tests";
    public const string Label = "bug";
    public const string App = "codertocat";

    private static readonly Lazy<JsonArray> AllExamples = new(() =>
        JsonNode.Parse(Repository.Read("tests/clients/node_modules/@octokit/webhooks-examples/api.github.com/index.json"))!.AsArray());

    /// <summary>The settings under which the examples mean something: their label, and their author as the app.</summary>
    public static readonly (string, string)[] Settings = [("CS_GITHUB_WEBHOOK_SECRET", Secret), ("CS_GITHUB_LABEL", Label), ("CS_GITHUB_APP", App)];

    /// <summary>Every example: the event's name and the payload as text.</summary>
    public static IEnumerable<(string Name, string Payload)> Examples() =>
        from one in AllExamples.Value from example in one!["examples"]!.AsArray() select (one["name"]!.GetValue<string>(), example!.ToJsonString());

    /// <summary>The first example of this name and action, to be changed at will.</summary>
    public static JsonObject Example(string name, string action) => JsonNode.Parse(
        Examples().First(each => each.Name == name && JsonNode.Parse(each.Payload)!["action"]?.GetValue<string>() == action).Payload)!.AsObject();

    /// <summary>A pull request of the app in somebody's repository.</summary>
    public static JsonObject Pull(string action, string login, int number = 2, bool merged = false)
    {
        var payload = Example("pull_request", action);
        payload["repository"]!["owner"]!["login"] = login;
        payload["repository"]!["full_name"] = $"{login}/api";
        var pull = payload["pull_request"]!.AsObject();
        pull["html_url"] = $"https://github.com/{login}/api/pull/{number}";
        pull["number"] = number;
        // There is no example of a merged one; GitHub sets these three.
        if (merged) (pull["merged"], pull["merged_at"], pull["merged_by"]) = (true, pull["closed_at"]!.DeepClone(), pull["user"]!.DeepClone());
        return payload;
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> Deliver(string name, JsonNode payload, string? id = null) => Deliver(name, payload.ToJsonString(), id);

    public Task<(HttpStatusCode Status, JsonElement Body)> Deliver(string name, string body, string? id = null, string secret = Secret, string type = "application/json") =>
        Send(body, Sign(body, secret), name, id, type);

    public async Task<(HttpStatusCode Status, JsonElement Body)> Send(string body, string? signature, string? name = "issues", string? id = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/github") { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new(type);
        request.Headers.TryAddWithoutValidation("User-Agent", "GitHub-Hookshot/044aadd");
        if (signature is not null) request.Headers.TryAddWithoutValidation("X-Hub-Signature-256", signature);
        if (name is not null) request.Headers.TryAddWithoutValidation("X-GitHub-Event", name);
        request.Headers.TryAddWithoutValidation("X-GitHub-Delivery", id ?? Guid.CreateVersion7().ToString());
        using var answer = await house.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    public static string Sign(string body, string secret = Secret) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
}
