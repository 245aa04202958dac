using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>Into which segment of a breakdown a unit falls.</summary>
internal static class Segments
{
    public const string None = "(none)", Other = "(other)";

    /// <summary>How many segments are shown by name.</summary>
    private const int Most = 12;

    /// <summary>By the hash of the customer's id: the field the breakdown names; null where it names none.</summary>
    public static async Task<IReadOnlyDictionary<ulong, string>?> OfCustomers(NpgsqlDataSource db, string? breakdown, CancellationToken ct)
    {
        if (breakdown?.StartsWith("customer.", StringComparison.Ordinal) != true) return null;
        var column = breakdown[9..] switch { "plan" => "plan", "cohort" => "cohort", _ => "industry" };
        var fields = new Dictionary<ulong, string>();
        await using var command = db.CreateCommand($"select hashtextextended(customer_id, 0), {column} from customers where {column} <> ''");
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) fields[(ulong)reader.GetInt64(0)] = reader.GetString(1);
        return fields;
    }

    /// <summary>How a tally finds the segment of a unit; null where no breakdown was asked for.</summary>
    public static FunnelTally.SegmentOf? Finder(Plan plan, string?[] segments, IReadOnlyDictionary<ulong, string>? customers)
    {
        if (customers is not null) return (in unit, _, _) => unit.Customer ? customers.GetValueOrDefault(unit.Key, None) : "(no customer)";
        if (plan.Touch is not null)
        {
            // The first page view there ever was, whenever the entry: later visits do not overwrite it.
            return (in _, events, _) =>
            {
                foreach (var packed in events)
                {
                    if (segments[Packed.Tag(packed)] is { } first) return first;
                }

                return None;
            };
        }

        if (plan.Entry is null) return null;
        return (in _, events, entry) =>
        {
            foreach (var packed in events)
            {
                if (Packed.Time(packed) == entry && segments[Packed.Tag(packed)] is { } value) return value;
            }

            return None;
        };
    }

    /// <summary>The largest by name, the rest together.</summary>
    public static IReadOnlyList<FunnelAnswer.Segment> Largest(IReadOnlyDictionary<string, long[]> counted)
    {
        var ordered = counted.OrderByDescending(each => each.Value[0]).ThenBy(each => each.Key, StringComparer.Ordinal).ToList();
        var shown = ordered.Take(Most).Select(each => Segment(each.Key, each.Value)).ToList();
        if (ordered.Count > Most) shown.Add(Segment(Other, ordered.Skip(Most).Select(each => each.Value).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)])));
        return shown;
    }

    private static FunnelAnswer.Segment Segment(string value, long[] counts) => new(value, counts, FunnelAnswer.Rate(counts[^1], counts[0]));
}
