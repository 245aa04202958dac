using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Messages.Causes;

/// <summary>
/// Puts messages into the outbox in the statement that stores what causes them: both are there or neither is. On arrival only:
/// rebuild and links read what happened long ago. A call without such an event is stored by a statement without these.
/// </summary>
public static class CauseFolds
{
    public static IReadOnlyList<Fold> All { get; } =
    [
        new([], Sql.Read("Messages/Causes/caused.sql").Replace("/*causes*/", string.Join(",\n    ", KnownCauses.All.Select(Row)), StringComparison.Ordinal)
            .Replace("/*types*/", string.Join(", ", KnownCauses.All.Select(cause => $"'{cause.Type}'").Distinct()), StringComparison.Ordinal)
            .Replace("/*fresh*/", $"{KnownCauses.FreshDays}", StringComparison.Ordinal), On: FoldOn.Arrival, Takes: KnownCauses.Takes),
        new([], Sql.Read("Messages/Causes/into_risk.sql"), On: FoldOn.Arrival, Takes: KnownCauses.TakesRisk),
    ];

    private static string Row(Cause cause) => $"('{cause.Name}', '{cause.Type}', '{cause.Kind}', '{cause.Topic}', '{cause.Milestone}', {cause.Priority})";
}
