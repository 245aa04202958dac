using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Platform.Http;

/// <summary>
/// What no route foresaw, as problem details: a request that cannot be read is the caller's 4xx, a database that is away or
/// busy is 503 with Retry-After, and the rest is a 500 that says nothing about our insides.
/// </summary>
public sealed class ProblemHandler(IProblemDetailsService problems, NpgsqlDataSource db, ILogger<ProblemHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var (status, title, detail) = Explain(exception);
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = "1";
            log.LogWarning("{Path}: {Reason}", httpContext.Request.Path, exception.Message);
            // The server restarted: the other connections of the pool are as dead as this one.
            if (exception is NpgsqlException and not PostgresException || exception is PostgresException { SqlState: "57P01" or "57P02" }) db.Clear();
        }
        else if (status >= 500)
        {
            log.LogError(exception, "{Path} failed, request {Id}", httpContext.Request.Path, httpContext.TraceIdentifier);
        }

        httpContext.Response.StatusCode = status;
        var answer = new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails { Status = status, Title = title, Detail = detail },
        };
        if (!await problems.TryWriteAsync(answer)) await httpContext.Response.WriteAsync($"{title} {detail}", cancellationToken);
        return true;
    }

    private static (int Status, string Title, string? Detail) Explain(Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => (400, "The JSON cannot be read.", Where(json)),
        BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == 413 ? "The body is too large." : "The request cannot be read.", bad.Message),
        InvalidOperationException { InnerException: NotSupportedException or ArgumentException } when exception.Message.StartsWith("Unable to read the request as JSON", StringComparison.Ordinal) =>
            (415, "The request cannot be read.", "Send JSON as UTF-8."),
        _ when Passing(exception) => (503, "The database is away or busy.", "Try again in a moment."),
        _ => (500, "Something went wrong on our side.", "The log has the reason under this request id."),
    };

    private static string Where(JsonException json)
    {
        var field = json.Path is { Length: > 2 } path ? $"Field '{path[2..]}'" : "The document";
        var at = json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})" : "";
        return $"{field} has a wrong type or is not well formed{at}.";
    }

    /// <summary>Faults that go away: connection lost, server starting or stopping, out of resources, locked, cancelled by its time limit.</summary>
    internal static bool Passing(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState[..2] is "08" or "53" or "57" or "55" or "40" or "25" or "58",
        NpgsqlException or SocketException or TimeoutException => true,
        { InnerException: { } inner } => Passing(inner),
        _ => false,
    };
}
