using CustomerSuccess.Messages.Causes;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>
/// The at-risk digest: who came to be at risk since the last one and still is. To the team's addresses all of them, to each owner theirs.
/// Entries are taken in the transaction that writes the messages, so each is told once.
/// </summary>
public static class DigestAtRisk
{
    /// <summary>Named in one mail; the page has the rest.</summary>
    private const int Most = 200;

    private const string Waiting = """
        select e.customer_id, e.entry_id, coalesce(s.owner, '') as owner,
          case when s.customer_id is null or not s.counted then 'gone' when s.status <> 'at_risk' then 'recovered' else 'told' end as outcome
        from at_risk_entries e left join standings s on s.customer_id = e.customer_id
        where e.digest is null order by s.mrr desc nulls last, e.entered_at, e.entry_id limit 10000
        """;

    private const string Take = """
        update at_risk_entries set digest = @date, outcome = @outcome
        where digest is null and customer_id = any(@customers) and entry_id = any(@entries)
        """;

    private sealed record Entry(string CustomerId, string EntryId, string Owner, string Outcome);

    public static async Task<Part> Run(NpgsqlConnection connection, NpgsqlTransaction transaction, ScheduledRun run, ScheduleSetting setting, CancellationToken ct)
    {
        var entries = (await connection.QueryAsync<Entry>(new CommandDefinition(Waiting, null, transaction, cancellationToken: ct))).AsList();
        foreach (var outcome in entries.GroupBy(entry => entry.Outcome))
        {
            await connection.ExecuteAsync(new CommandDefinition(Take, new
            {
                date = run.LocalDate,
                outcome = outcome.Key,
                customers = outcome.Select(entry => entry.CustomerId).Distinct().ToArray(),
                entries = outcome.Select(entry => entry.EntryId).ToArray(),
            }, transaction, cancellationToken: ct));
        }

        var told = entries.Where(entry => entry.Outcome == "told").DistinctBy(entry => entry.CustomerId).ToList();
        var passed = entries.Where(entry => entry.Outcome != "told").GroupBy(entry => entry.Outcome).ToDictionary(group => group.Key, group => group.LongCount());
        if (told.Count == 0) return new Part(null, Passed: passed);
        var settings = await CauseSettings.Read(connection, transaction, ct);
        var queued = 0;
        foreach (var (address, customers, owner) in Readers(told, await settings.Everyone(connection, transaction, ct), settings.Owner))
        {
            var message = new NewMessage(NewMessage.OfNobody, $"at_risk:{run.LocalDate.Iso()}:{run.Attempt}:{address}", Kinds.AtRiskAlert, "team", address)
            {
                Audience = NewMessage.ToTeam,
                Facts = NewMessage.Json(new { Customers = customers.Take(Most), More = Math.Max(0, customers.Count - Most), Owner = owner }),
                Priority = 45,
            };
            if (await QueueMessage.Add(connection, transaction, message, ct) is not null) queued++;
        }

        return new Part(null, queued, Passed: passed);
    }

    // Whoever gets all of them gets one mail, also where some are theirs. Owner: whose customers alone the mail speaks of.
    private static IEnumerable<(string Address, IReadOnlyList<string> Customers, string? Owner)> Readers(List<Entry> told, IReadOnlyList<string> everyone, bool owners)
    {
        foreach (var address in everyone) yield return (address, [.. told.Select(entry => entry.CustomerId)], null);
        if (!owners) yield break;
        foreach (var theirs in told.Where(entry => entry.Owner.Contains('@')).GroupBy(entry => entry.Owner.ToLowerInvariant()).Where(group => !everyone.Contains(group.Key, StringComparer.OrdinalIgnoreCase)))
            yield return (theirs.Key, [.. theirs.Select(entry => entry.CustomerId)], theirs.Key);
    }
}
