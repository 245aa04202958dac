using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerSuccess.Tests;

/// <summary>A program that calls the JSON API with a key.</summary>
public sealed class Machine(House house, string key)
{
    public sealed record Reply(HttpStatusCode Status, JsonElement Json, Uri? Location)
    {
        /// <summary>What is wrong with a field, in a 400.</summary>
        public string Problem(string field) => Json.GetProperty("errors").GetProperty(field)[0].GetString()!;
    }

    public static async Task<Machine> With(House house, string scope) => new(house, await house.Key(scope));

    public Task<Reply> Get(string path) => Send(HttpMethod.Get, path, null);

    public Task<Reply> Post(string path, object? body = null) => Send(HttpMethod.Post, path, body);

    public Task<Reply> Put(string path, object? body = null) => Send(HttpMethod.Put, path, body);

    public Task<Reply> Patch(string path, object body) => Send(HttpMethod.Patch, path, body);

    public Task<Reply> Delete(string path) => Send(HttpMethod.Delete, path, null);

    private async Task<Reply> Send(HttpMethod method, string path, object? body)
    {
        // Two calls never come at the same instant.
        house.Clock.Advance(TimeSpan.FromMilliseconds(1));
        using var request = new HttpRequestMessage(method, path) { Headers = { { "x-api-key", key } } };
        if (body is string raw) request.Content = new StringContent(raw, System.Text.Encoding.UTF8, "application/json");
        else if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await house.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new Reply(answer.StatusCode, text.Length > 0 ? JsonElement.Parse(text) : default, answer.Headers.Location);
    }
}
