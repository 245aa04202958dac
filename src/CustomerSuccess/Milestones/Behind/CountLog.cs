using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones.Behind;

/// <summary>Keeps milestone_counts: how much has happened of what is not counted by day anyway. Always counted anew from the log, and only where something came in.</summary>
public static class CountLog
{
    /// <summary>What it counted of these customers, by milestone; a type that something came in of, with the first time, or all of them.</summary>
    public static async Task<IReadOnlyDictionary<string, Dictionary<string, Counted>>> Run(
        NpgsqlConnection connection, NpgsqlTransaction transaction, MilestoneBook book, IReadOnlyDictionary<string, Concern> asked, CancellationToken ct)
    {
        var ofLog = book.Open.Where(one => one.ReachedOn.OfLog).ToList();
        var concerned = asked.Where(one => one.Value.All || ofLog.Any(milestone => one.Value.Types.ContainsKey(milestone.ReachedOn.Event!))).ToList();
        if (concerned.Count == 0) return new Dictionary<string, Dictionary<string, Counted>>(StringComparer.Ordinal);
        var known = (await connection.QueryAsync<(string Customer, string Milestone, int N, DateTime? At)>(new CommandDefinition(
            "select customer_id, milestone, n, reached_at from milestone_counts where customer_id = any(@customers)",
            new { customers = concerned.Select(one => one.Key).ToArray() }, transaction, cancellationToken: ct))).ToDictionary(row => (row.Customer, row.Milestone), row => (row.N, row.At));
        // What is enough stays enough, unless it comes from before that.
        bool Settled(string customer, Milestone one, DateTime first) => known.TryGetValue((customer, one.Id), out var had) && had.N >= one.ReachedOn.Needed && first > had.At;
        var wanted = concerned.SelectMany(one => ofLog.Where(milestone => one.Value.All
                || one.Value.Types.TryGetValue(milestone.ReachedOn.Event!, out var first) && !Settled(one.Key, milestone, first))
            .Select(milestone => new CountReached.Asked(one.Key, milestone.Id, milestone.ReachedOn.Counting))).ToList();
        var counted = await new CountReached(connection, transaction, ct).Run(wanted);
        var rows = counted.SelectMany(one => one.Value.Select(each => (Customer: one.Key, Milestone: each.Key, Counted: each.Value))).ToList();
        await connection.ExecuteAsync(new CommandDefinition(Sql.Read("Milestones/Behind/store_counts.sql"), new
        {
            anew = concerned.Where(one => one.Value.All).Select(one => one.Key).ToArray(),
            ids = rows.ConvertAll(row => row.Customer).ToArray(),
            milestones = rows.ConvertAll(row => row.Milestone).ToArray(),
            ns = rows.ConvertAll(row => row.Counted.N).ToArray(),
            // Instants of which some are missing go as text: Npgsql takes the array's type from the first.
            reached = rows.ConvertAll(row => row.Counted.ReachedAt?.ToString("O", System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
            by = rows.ConvertAll(row => row.Counted.By).ToArray(),
        }, transaction, commandTimeout: 600, cancellationToken: ct));
        return counted;
    }
}

/// <summary>What a customer is looked at for. Types: events that came in, with the first time of each. History: nothing that is found is news.</summary>
public sealed class Concern
{
    public bool All { get; private set; }

    public bool Usage { get; private set; }

    /// <summary>Also what is reached already.</summary>
    public bool Late { get; private set; }

    public bool Days { get; private set; }

    public bool History { get; private set; }

    public Dictionary<string, DateTime> Types { get; } = new(StringComparer.Ordinal);

    public static Dictionary<string, Concern> Of(IEnumerable<Waiting> waiting)
    {
        var all = new Dictionary<string, Concern>(StringComparer.Ordinal);
        foreach (var one in waiting)
        {
            foreach (var customer in one.Customers)
            {
                if (!all.TryGetValue(customer, out var concern)) all[customer] = concern = new();
                concern.Add(one);
            }
        }

        return all;
    }

    private void Add(Waiting one)
    {
        All |= one.What == Waiting.All;
        Usage |= one.What is Waiting.Usage or Waiting.Late or Waiting.All;
        Late |= one.What is Waiting.Late or Waiting.All;
        Days |= one.What is Waiting.Days or Waiting.All;
        History |= one.History;
        if (!one.What.StartsWith('~')) Types[one.What] = Types.TryGetValue(one.What, out var first) && first < (one.First ?? DateTime.MinValue) ? first : one.First ?? DateTime.MinValue;
    }
}
