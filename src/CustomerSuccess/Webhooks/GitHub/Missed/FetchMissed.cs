using System.Text;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using CustomerSuccess.Webhooks.Deliveries;
using CustomerSuccess.Webhooks.Setup;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.GitHub.Missed;

/// <summary>
/// GitHub tries a delivery once and never again. Every quarter of an hour we ask what it tried, and fetch what we do not hold:
/// the payload itself, so that it does not matter whether GitHub could reach us now.
/// </summary>
public sealed class FetchMissed(NpgsqlDataSource db, GitHubApi api, Arrangements arrangements, StoreDelivery store, TimeProvider clock)
{
    /// <summary>GitHub keeps deliveries that long.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    // A delivery may be listed a little after it was tried.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);
    private const int MostPages = 4_000;

    public static Job Job(IServiceProvider all) => new("github-missed-deliveries", Platform.Jobs.Job.Every(15), (_, ct) => all.GetRequiredService<FetchMissed>().Run(ct));

    /// <summary>Look once; says what came of it. What GitHub could not tell this time is looked for the next time.</summary>
    public async Task<string> Run(CancellationToken ct)
    {
        var (since, rests) = await Checked(ct);
        var now = clock.Now();
        if (rests > now) return $"waits until {rests:u}, as GitHub asked";
        var found = 0;
        try
        {
            await Look(since, () => found++, ct);
            await Keep(now, null, found, found == 0 ? "nothing was missing" : $"{found} missing deliveries fetched", ct);
            return $"looked back to {since:u}, {found} missing deliveries fetched";
        }
        catch (GitHubRests error)
        {
            await Keep(since + Overlap, error.Until, found, error.Message.TrimEnd('.'), ct);
            return error.Message;
        }
        catch (Exception error) when (error is HttpRequestException or Trouble or InvalidDataException or System.Text.Json.JsonException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            await Keep(since + Overlap, null, found, error.Message.TrimEnd('.'), ct);
            throw;
        }
    }

    private async Task Look(DateTime since, Action found, CancellationToken ct)
    {
        var rules = (await arrangements.Of(Provider.GitHub)).Rules;
        var (seen, cursor) = (new HashSet<string>(StringComparer.Ordinal), (string?)null);
        for (var page = 0; page < MostPages; page++)
        {
            var (attempts, next) = await api.List(cursor, ct);
            // Only what can become an event is worth a request.
            var wanted = attempts.Where(each => each.DeliveredAt >= since && TranslateGitHub.Kinds.Contains(TranslateGitHub.KindOf(each.Event, each.Action), StringComparer.Ordinal) && seen.Add(each.Guid)).ToList();
            var held = await Held([.. wanted.Select(each => each.Guid)], ct);
            foreach (var missing in wanted.Where(each => !held.Contains(each.Guid)))
            {
                if (await Fetch(missing, rules, ct)) found();
            }

            if (next is null || next == cursor || attempts.Count > 0 && attempts[^1].DeliveredAt < since) break;
            cursor = next;
        }
    }

    private async Task<bool> Fetch(GitHubApi.Attempt missing, GitHubRules rules, CancellationToken ct)
    {
        using var payload = await api.Payload(missing.Id, ct);
        // Kept as failed, so that GitHub is not asked for it again and a person can see it.
        var reading = payload is null
            ? Reading.Ignored(TranslateGitHub.KindOf(missing.Event, missing.Action), null, "gone", "It never arrived, and GitHub no longer has it.") with { Failed = true }
            : TranslateGitHub.Read(missing.Event, missing.Guid, payload.RootElement, rules, clock.Now());
        var body = Encoding.UTF8.GetBytes(payload?.RootElement.GetRawText() ?? missing.Guid);
        return (await store.Run(Provider.GitHub, missing.Guid, body, reading, fetched: true, ct)).Word == "stored";
    }

    private async Task<HashSet<string>> Held(string[] guids, CancellationToken ct)
    {
        if (guids.Length == 0) return [];
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            "select delivery_id from webhook_deliveries where provider = 'github' and delivery_id = any(@guids)", new { guids }, cancellationToken: ct))];
    }

    private async Task<(DateTime Since, DateTime Rests)> Checked(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var (until, rests) = await connection.QuerySingleOrDefaultAsync<(DateTime? Until, DateTime? Rests)>(new CommandDefinition(
            "select checked_until, not_before from webhook_checks where provider = 'github'", cancellationToken: ct));
        var oldest = clock.Now() - Kept;
        var since = until - Overlap is { } last && last > oldest ? last : oldest;
        return (DateTime.SpecifyKind(since, DateTimeKind.Utc), DateTime.SpecifyKind(rests ?? DateTime.MinValue, DateTimeKind.Utc));
    }

    private async Task Keep(DateTime until, DateTime? rests, int found, string outcome, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into webhook_checks as c (provider, checked_until, not_before, found, outcome, at) values ('github', @until, @rests, @found, @outcome, @now)
            on conflict (provider) do update set checked_until = excluded.checked_until, not_before = excluded.not_before,
              found = c.found + excluded.found, outcome = excluded.outcome, at = excluded.at
            """,
            new { until, rests, found, outcome, now = clock.Now() }, cancellationToken: ct));
    }
}
