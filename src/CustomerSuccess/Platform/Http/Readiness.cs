using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Platform.Http;

/// <summary>Something else a room needs before it can serve: answers null when ready, else the reason. Register it as a service.</summary>
public sealed record ReadyCheck(string Name, Func<CancellationToken, Task<string?>> Reason);

/// <summary>GET /readyz: 200 when requests can be served, else 503 with the reasons.</summary>
public static class Readiness
{
    public sealed record Answer(bool Ready, IReadOnlyList<string> Reasons);

    public static async Task<Results<Ok<Answer>, JsonHttpResult<Answer>>> Handle(
        NpgsqlDataSource db, IEnumerable<ReadyCheck> checks, IHostApplicationLifetime life, ILoggerFactory logs, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        var reasons = new List<string>();
        if (life.ApplicationStopping.IsCancellationRequested) reasons.Add("stopping");
        foreach (var check in checks.Prepend(new ReadyCheck("database", token => Ask(db, token))))
        {
            try
            {
                if (await check.Reason(limit.Token) is { } reason) reasons.Add($"{check.Name}: {reason}");
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                // Anyone may ask here: where the database is and as whom we speak to it stands in the log.
                reasons.Add($"{check.Name}: {(error is OperationCanceledException ? "no answer within 2 s" : "no answer")}");
                logs.CreateLogger(typeof(Readiness)).LogWarning("Not ready, {Check}: {Reason}", check.Name, error.Message);
            }
        }

        return reasons.Count == 0
            ? TypedResults.Ok(new Answer(true, reasons))
            : TypedResults.Json(new Answer(false, reasons), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<string?> Ask(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var command = db.CreateCommand("select 1");
        await command.ExecuteScalarAsync(ct);
        return null;
    }
}
