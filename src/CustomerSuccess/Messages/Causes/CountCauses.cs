using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Causes;

/// <summary>Every cause, whether it is on, and what it would have sent lately: counted from the events, so also for one that is off.</summary>
public static class CountCauses
{
    public const int Days = 30;

    /// <param name="Name">As settings call it.</param>
    /// <param name="Title">For people.</param>
    /// <param name="When">What must happen.</param>
    /// <param name="ToTeam">Else to the customer.</param>
    /// <param name="Tag">In Kit, where it has one.</param>
    /// <param name="On">Whether it causes messages now.</param>
    /// <param name="Would">Customers for whom it would have caused a message in the last 30 days, had it been on.</param>
    /// <param name="Old">Customers for whom it caused none, because it came in more than 3 days after it happened.</param>
    /// <param name="Queued">Messages it did cause in these days.</param>
    public sealed record Counted(string Name, string Title, string When, bool ToTeam, string? Tag, bool On, long Would, long Old, long Queued);

    /// <param name="Causes">In the order of a customer's life.</param>
    /// <param name="Team">Addresses that get every notice and digest.</param>
    /// <param name="Owner">Whether who looks after a customer gets its notices.</param>
    /// <param name="ChangedAt">When that was saved last; null: it is as it came.</param>
    /// <param name="Everyone">Who gets what is about all customers now.</param>
    public sealed record Answer(IReadOnlyList<Counted> Causes, IReadOnlyList<string> Team, bool Owner, DateTime? ChangedAt, IReadOnlyList<string> Everyone);

    private sealed record Row(string Name, long Would, long Old, long Queued);

    /// <summary>What causes messages, what it would have sent in the last 30 days, and who of the team hears of it.</summary>
    public static async Task<Ok<Answer>> Handle(NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) => TypedResults.Ok(await Run(db, clock.Now(), ct));

    public static async Task<Answer> Run(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var saved = await SavedSetting.Read(connection, null, CauseSettings.Name, ct);
        var settings = CauseSettings.Parse(saved);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(Sql.Read("Messages/Causes/count_causes.sql"), new
        {
            since = now.AddDays(-Days),
            fresh = TimeSpan.FromDays(KnownCauses.FreshDays),
            names = KnownCauses.All.Select(cause => cause.Name).ToArray(),
            types = KnownCauses.All.Select(cause => cause.Type).ToArray(),
            kinds = KnownCauses.All.Select(cause => cause.Kind).ToArray(),
        }, cancellationToken: ct))).ToDictionary(row => row.Name);
        return new(
            [.. KnownCauses.All.Append(KnownCauses.IntoRisk).Select(cause => new Counted(
                cause.Name, cause.Title, cause.When, cause.ToTeam, cause.ToTeam || cause.Milestone == Cause.Any ? null : "milestone_" + cause.Milestone, !settings.Off.Contains(cause.Name, StringComparer.Ordinal), rows[cause.Name].Would, rows[cause.Name].Old, rows[cause.Name].Queued))],
            settings.Team, settings.Owner, saved?.ChangedAt, await settings.Everyone(connection, null, ct));
    }
}
