using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Kit and SendGrid in one: does what the test says, request by request, and keeps what it took.</summary>
public sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, bool> subscribers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, long> tags = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource over = new();

    private FakeProvider(WebApplication app)
    {
        this.app = app;
        app.Use(Moods);
        app.MapPost("/v4/subscribers", (JsonElement body) =>
        {
            subscribers[body.GetProperty("email_address").GetString()!] = true;
            return Results.Json(new { subscriber = new { id = 1 } }, statusCode: 201);
        });
        app.MapPost("/v4/tags", (JsonElement body) =>
            Results.Json(new { tag = new { id = tags.GetOrAdd(body.GetProperty("name").GetString()!, _ => 100 + tags.Count), name = body.GetProperty("name").GetString() } }));
        app.MapPost("/v4/tags/{id:long}/subscribers", (long id, JsonElement body) =>
        {
            var email = body.GetProperty("email_address").GetString()!;
            if (!subscribers.ContainsKey(email)) return Results.NotFound();
            Tagged.Enqueue((email, tags.Single(tag => tag.Value == id).Key));
            return Results.Json(new { subscriber = new { id = 1 } }, statusCode: 201);
        });
        app.MapGet("/v4/account", () => Results.Json(new { user = new { email = "a@b.example" } }));
        app.MapGet("/v3/scopes", () => Results.Json(new { scopes = new[] { "mail.send" } }));
        app.MapPost("/v3/mail/send", Mail);
    }

    public string Url => app.Urls.First();

    /// <summary>By path and recipient; null: take it. What it answers instead, after the body was read.</summary>
    public Func<string, string, Mood?> Says { get; set; } = (_, _) => null;

    /// <summary>Is told of every request: its path and what was sent.</summary>
    public Action<string, JsonElement> Heard { get; set; } = (_, _) => { };

    /// <summary>How long it takes to answer; what it was sent has its effect halfway through.</summary>
    public TimeSpan Thinks { get; set; }

    /// <summary>Mails that SendGrid took, whatever it answered.</summary>
    public ConcurrentQueue<(string To, JsonElement Body)> Mails { get; } = new();

    /// <summary>Tags that Kit put on subscribers, each time it was asked to.</summary>
    public ConcurrentQueue<(string To, string Tag)> Tagged { get; } = new();

    /// <summary>Every request: when (monotonic), path, headers.</summary>
    public ConcurrentQueue<(long At, string Path, string Key)> Asked { get; } = new();

    /// <param name="Status">0: cuts the line; -1: says nothing.</param>
    /// <param name="Takes">Whether what was sent takes effect first.</param>
    public sealed record Mood(int Status, bool Takes = false, string RetryAfter = "", string Body = "");

    public static async Task<FakeProvider> Start(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Logging.ClearProviders();
        var fake = new FakeProvider(builder.Build());
        await fake.app.StartAsync();
        return fake;
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await app.DisposeAsync();
    }

    private async Task Moods(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        Asked.Enqueue((TimeProvider.System.GetTimestamp(), request.Path, request.Headers["X-Kit-Api-Key"].ToString() + request.Headers.Authorization));
        using var memory = new MemoryStream();
        await request.Body.CopyToAsync(memory);
        var to = memory.Length == 0 ? "" : Recipient(JsonDocument.Parse(memory.ToArray()).RootElement);
        if (memory.Length > 0) Heard(request.Path, JsonDocument.Parse(memory.ToArray()).RootElement);
        (request.Body, memory.Position) = (memory, 0);
        if (Says(request.Path, to) is not { } mood)
        {
            if (Thinks > TimeSpan.Zero) await Task.Delay(Thinks / 2, over.Token);
            var (answered, waited) = (http.Response.Body, new MemoryStream());
            http.Response.Body = waited;
            await next(http);
            if (Thinks > TimeSpan.Zero) await Task.Delay(Thinks / 2, over.Token);
            (http.Response.Body, waited.Position) = (answered, 0);
            await waited.CopyToAsync(answered, CancellationToken.None);
            return;
        }

        if (mood.Takes)
        {
            var answer = http.Response.Body;
            http.Response.Body = Stream.Null;
            await next(http);
            http.Response.Body = answer;
        }

        if (mood.Status == -1) await Task.Delay(Timeout.Infinite, over.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        if (mood.Status <= 0)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = mood.Status;
        if (mood.RetryAfter.Length > 0) http.Response.Headers.RetryAfter = mood.RetryAfter;
        await http.Response.WriteAsync(mood.Body);
    }

    private IResult Mail(HttpContext http, JsonElement body)
    {
        Mails.Enqueue((Recipient(body), body));
        http.Response.Headers["X-Message-Id"] = $"sg-{Mails.Count}";
        return Results.StatusCode(202);
    }

    private static string Recipient(JsonElement body) =>
        body.TryGetProperty("email_address", out var email) ? email.GetString()!
        : body.TryGetProperty("personalizations", out var parties) ? parties[0].GetProperty("to")[0].GetProperty("email").GetString()! : "";
}
