using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerSuccess.Tests.Webhooks;

/// <summary>GitHub's list of what it tried to deliver, with its pages, its moods and its limits (docs.github.com, "REST API endpoints for GitHub App webhooks").</summary>
public sealed class FakeGitHub : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<(long Id, string Guid, string Event, string Action, DateTime At, JsonNode? Payload)> attempts = [];

    private FakeGitHub(WebApplication app, string prefix)
    {
        this.app = app;
        app.MapGet($"/{prefix}/deliveries", List);
        app.MapGet($"/{prefix}/deliveries/{{id:long}}", One);
    }

    public string Url => app.Urls.First();

    /// <summary>Deliveries on a page.</summary>
    public int PerPage { get; set; } = 100;

    /// <summary>What it answers to the next requests instead; taken one by one.</summary>
    public Queue<Action<HttpResponse>> Moods { get; } = new();

    /// <summary>Every request it got: path and query.</summary>
    public List<string> Asked { get; } = [];

    public string? Authorization { get; private set; }

    public static async Task<FakeGitHub> Start(int port, string prefix = "app/hook")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Logging.ClearProviders();
        var fake = new FakeGitHub(builder.Build(), prefix);
        await fake.app.StartAsync();
        return fake;
    }

    /// <summary>It tried to deliver this; without a payload it no longer has it.</summary>
    public void Tried(string guid, string name, JsonNode? payload, DateTime at) =>
        attempts.Insert(0, (900_000_000_000 + attempts.Count, guid, name, payload?["action"]?.GetValue<string>() ?? "opened", at, payload));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private IResult List(HttpRequest request, string? cursor)
    {
        if (Mood(request) is { } other) return other;
        var from = cursor is null ? 0 : int.Parse(cursor["v1_".Length..], CultureInfo.InvariantCulture);
        var page = attempts.Skip(from).Take(PerPage).ToList();
        if (from + PerPage < attempts.Count)
            request.HttpContext.Response.Headers.Link = $"<{Url}{request.Path}?per_page=100&cursor=v1_{from + PerPage}>; rel=\"next\", <{Url}{request.Path}?per_page=100>; rel=\"first\"";
        return Results.Json(page.Select(each => new
        {
            id = each.Id,
            guid = each.Guid,
            delivered_at = each.At.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            redelivery = false,
            duration = 0.03,
            status = "failed to connect",
            status_code = 502,
            @event = each.Event,
            action = each.Action,
            installation_id = 1,
            repository_id = 2,
        }));
    }

    private IResult One(HttpRequest request, long id)
    {
        if (Mood(request) is { } other) return other;
        var found = attempts.Find(each => each.Id == id);
        return found.Payload is null ? Results.NotFound() : Results.Json(new { id, guid = found.Guid, request = new { headers = new { }, payload = found.Payload } });
    }

    private IResult? Mood(HttpRequest request)
    {
        Asked.Add(request.Path + request.QueryString);
        Authorization = request.Headers.Authorization;
        if (!Moods.TryDequeue(out var mood)) return null;
        mood(request.HttpContext.Response);
        return Results.Empty;
    }
}
