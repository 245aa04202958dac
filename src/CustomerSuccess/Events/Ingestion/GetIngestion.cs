using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>How ingestion is doing: what came when from whom, how far behind this process is, which days were restated, what waits.</summary>
public sealed class GetIngestion(NpgsqlDataSource db, Ingest ingest, RejectedMessages rejected, CountMessages counts, TimeProvider clock)
{
    /// <summary>Messages by what became of them. Late ones are accepted too, and restated an earlier day.</summary>
    public sealed record Totals(long Accepted, long Late, long Duplicate, long Rejected, long Quarantined);

    public sealed record OfSource(string Source, long Accepted, long Late, long Duplicate, long Rejected, long Quarantined, DateTime LastAt);

    public sealed record Step(DateTime From, long Accepted, long Late, long Duplicate, long Rejected, long Quarantined);

    public sealed record Restated(DateOnly Day, string Source, long Events, DateTime LastAt);

    /// <summary>
    /// This process: calls that wait, how long the first has waited (ms), its commits of the last minute, and how many verdicts of refused
    /// messages it has dropped since its start because too many waited.
    /// </summary>
    public sealed record Behind(int Waiting, double OldestMs, CommitPace.Figures? Commits, long Dropped);

    /// <summary>Messages that wait for a person.</summary>
    public sealed record Open(long Quarantined, long Rejected);

    /// <summary>Span is hour (by minute), day (by hour) or month (30 days, by day).</summary>
    public sealed record Figures(
        string Span, DateTime From, DateTime To, Totals Totals, IReadOnlyList<OfSource> Sources, IReadOnlyList<Step> Steps, Behind Behind, Open Open, IReadOnlyList<Restated> Restated);

    /// <summary>The figures of the page Settings, Ingestion. span: hour, day (the default) or month; source: one source's steps and totals only.</summary>
    public static async Task<Results<Ok<Figures>, ValidationProblem>> Handle(string? span, string? source, GetIngestion ingestion, CancellationToken ct) =>
        span is null or "hour" or "day" or "month" ? TypedResults.Ok(await ingestion.Run(span ?? "day", source, ct)) : EventAnswers.Invalid([new Fault("span", "must be hour, day or month")]);

    public async Task<Figures> Run(string span, string? source, CancellationToken ct)
    {
        await counts.Flush(ct);
        var now = clock.Now();
        var (unit, length, many) = span switch
        {
            "hour" => ("minute", TimeSpan.FromMinutes(1), 60),
            "month" => ("day", TimeSpan.FromDays(1), 30),
            _ => ("hour", TimeSpan.FromHours(1), 24),
        };
        var last = new DateTime(now.Ticks - now.Ticks % length.Ticks, DateTimeKind.Utc);
        var from = last - length * (many - 1);
        await using var connection = await db.OpenConnectionAsync(ct);
        using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select date_trunc('{unit}', minute, 'UTC') as "from", {Sums} from ingest_counts
            where minute >= @from and (@source::text is null or source = @source) group by 1;
            select source, {Sums}, max(minute) as last_at from ingest_counts where minute >= @from group by 1 order by {Sum("accepted")} + {Sum("late")} desc, 1 limit 50;
            select day, source, events, last_at from restated_days order by last_at desc, day desc limit 14;
            select count(*) filter (where verdict = 'quarantined') as quarantined, count(*) filter (where verdict = 'rejected') as rejected
            from (select verdict from receipts where verdict <> 'duplicate' and settled is null order by last_at desc limit {ListRefused.MostLookedAt}) newest
            """,
            new { from, source }, cancellationToken: ct));
        var steps = (await read.ReadAsync<Step>()).ToDictionary(step => step.From);
        var all = Enumerable.Range(0, many).Select(n => from + length * n).Select(at => steps.GetValueOrDefault(at) ?? new Step(at, 0, 0, 0, 0, 0)).ToList();
        var totals = new Totals(all.Sum(s => s.Accepted), all.Sum(s => s.Late), all.Sum(s => s.Duplicate), all.Sum(s => s.Rejected), all.Sum(s => s.Quarantined));
        var sources = (await read.ReadAsync<OfSource>()).AsList();
        var restated = (await read.ReadAsync<Restated>()).AsList();
        var (waiting, oldest) = ingest.Behind;
        return new Figures(span, from, now, totals, sources, all, new Behind(waiting, Math.Round(oldest.TotalMilliseconds), counts.Pace.LastMinute(clock), rejected.Dropped), await read.ReadSingleAsync<Open>(), restated);
    }

    private static string Sums => string.Join(", ", new[] { "accepted", "late", "duplicate", "rejected", "quarantined" }.Select(name => $"{Sum(name)} as {name}"));

    private static string Sum(string name) => $"sum({name})::bigint";
}
