using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>A number one can choose for a schedule.</summary>
public sealed record Choice(string Name, string Label, int Usual, int Least, int Most);

/// <summary>What one part of a run did.</summary>
/// <param name="Cursor">The last customer looked at; null: that was all.</param>
/// <param name="Queued">Messages put into the outbox.</param>
/// <param name="Already">Whose message was there before.</param>
/// <param name="Passed">Reason → how many got none for it.</param>
public sealed record Part(string? Cursor, long Queued = 0, long Already = 0, IReadOnlyDictionary<string, long>? Passed = null);

/// <summary>Work that comes again. Each part of a run is one transaction that goes on where the last one ended.</summary>
/// <param name="Name">As the API calls it.</param>
/// <param name="Title">For people.</param>
/// <param name="About">What it does.</param>
/// <param name="Cron">When, unless somebody chose otherwise.</param>
/// <param name="Choices">What one can choose.</param>
/// <param name="Next">Do the next part.</param>
public sealed record KnownSchedule(
    string Name, string Title, string About, string Cron, IReadOnlyList<Choice> Choices, Func<NpgsqlConnection, NpgsqlTransaction, ScheduledRun, ScheduleSetting, CancellationToken, Task<Part>> Next)
{
    public static IReadOnlyList<KnownSchedule> All { get; } =
    [
        new("weekly_summary", "Weekly summary", "Tells every customer what happened in the seven days before: who had nothing happen gets none.", "0 8 * * MON", [], SummarizeWeek.Customers),
        new("team_weekly_summary", "Weekly summary for the team", "Tells the team how the week went.", "0 7 * * MON", [], SummarizeWeek.Team),
        new("re_engagement", "Re-engagement", "Writes to customers who have done nothing for a while, once for each time they fall silent.", "0 9 * * *",
            [new("days", "Days without activity", 14, 2, 365), new("most_days", "Not after so many days", 90, 3, 3650)], ReEngage.Run),
        new("at_risk_digest", "At-risk digest", "Tells the team, and each owner about theirs, which customers came to be at risk since the last one.", "30 7 * * MON-FRI", [], DigestAtRisk.Run),
    ];

    public static KnownSchedule? Find(string name) => All.FirstOrDefault(schedule => schedule.Name == name);
}
