using CustomerSuccess.Health;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Facts;

/// <summary>What a letter to the team can say about all customers. Read once a week or when somebody looks at the preview.</summary>
public static class ReadTeamLetter
{
    private const int Most = 8;

    private sealed record Signed(string CustomerId, string Organization);

    private sealed record Completed(string CustomerId, string Organization, int? DaysToComplete);

    private sealed record Moved(string CustomerId, string Organization, int Score, int Difference);

    /// <summary>Whom an alert is about. Only: these, and so many more that are not named; null: everybody at risk. Owner: whose customers alone it names; null: all.</summary>
    public sealed record Scope(string[]? Only, int More, string? Owner);

    public static async Task<DigestLetter> Run(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Addressee to, Scope scope, BrandSettings brand, DateOnly today, CancellationToken ct)
    {
        var (from, middle, until) = (today.AddDays(-14), today.AddDays(-8), today.AddDays(-1));
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            Sql.Read("Messages/Templates/Facts/team.sql"),
            new { from, to = until, middle, today, week_ago = today.AddDays(-7), inactive_after = ScoreHealth.InactiveAfterDays, only = scope.Only, owner = scope.Owner, most = Most }, transaction, cancellationToken: ct));
        var signed = (await read.ReadAsync<(DateOnly Day, long Count)>()).ToDictionary(row => row.Day, row => row.Count);
        var completed = (await read.ReadAsync<(DateOnly Day, long Count)>()).ToDictionary(row => row.Day, row => row.Count);
        var active = (await read.ReadAsync<(DateOnly Day, long Customers, long Merged)>()).ToDictionary(row => row.Day);
        var (now, before) = await read.ReadSingleAsync<(long Now, long Before)>();
        var health = (await read.ReadAsync<(string Status, long Count)>()).ToDictionary(row => row.Status, row => row.Count, StringComparer.Ordinal);
        var newOnes = (await read.ReadAsync<Signed>()).AsList();
        var done = (await read.ReadAsync<Completed>()).AsList();
        var risky = (await read.ReadAsync<(string CustomerId, string Organization, long Of)>()).AsList();
        var moved = (await read.ReadAsync<(string Id, string Name, int Score, int By)>()).Select(row => new Moved(row.Id, row.Name, row.Score, row.By)).ToList();
        await read.DisposeAsync();
        var atRisk = (risky.Count == 0 ? 0 : risky[0].Of) + scope.More;

        var answers = (await GetHealthOf(connection, transaction, [.. risky.Select(one => one.CustomerId), .. moved.Select(one => one.CustomerId)], today, ct)).ToDictionary(one => one.CustomerId, StringComparer.Ordinal);
        IReadOnlyList<long> Days(Func<DateOnly, long> count) => [.. Enumerable.Range(0, 14).Select(n => count(from.AddDays(n)))];
        string Link(string id) => ReadCustomerLetter.Links(brand, id).Customer;
        AccountPart Mover(Moved one) => new(one.Organization, Link(one.CustomerId), Why(answers, one.CustomerId), one.Score.ToString(), WithSign(one.Difference), one.Difference < 0 ? "down" : "up");
        return new(ReadCustomerLetter.Of(brand), ReadCustomerLetter.Recipient(to.Name, to.Email), ReadCustomerLetter.Links(brand, ""), ReadCustomerLetter.Short(today, today), new TeamPart(
            ReadCustomerLetter.Short(middle.AddDays(1), today), ReadCustomerLetter.Short(until, today), health.Values.Sum(),
            [
                Bars.Figure("New", from.AddDays(7), Days(day => signed.GetValueOrDefault(day))),
                Bars.Figure("Completed", from.AddDays(7), Days(day => completed.GetValueOrDefault(day))),
                Bars.Figure("Active", now, before, Bars.Of(from.AddDays(7), [.. Days(day => active.GetValueOrDefault(day).Customers).Skip(7)], 28)),
                Bars.Figure("PRs merged", from.AddDays(7), Days(day => active.GetValueOrDefault(day).Merged)),
            ],
            Bars.Shares([.. Words.Statuses.Select(status => (status, Words.Status(status), health.GetValueOrDefault(status)))]),
            [.. newOnes.Select(one => new AccountPart(one.Organization, Link(one.CustomerId), "", "", "", "same"))],
            [.. done.Select(one => new AccountPart(one.Organization, Link(one.CustomerId), one.DaysToComplete is { } days ? $"In {Words.Count(days, "day")}" : "", "", "", "same"))],
            atRisk, atRisk - risky.Count,
            [.. risky.Select(one => new AccountPart(one.Organization, Link(one.CustomerId), Why(answers, one.CustomerId), answers.TryGetValue(one.CustomerId, out var answer) ? answer.Score.ToString() : "", "", "same"))],
            [.. moved.Where(one => one.Difference < 0).Select(Mover)],
            [.. moved.Where(one => one.Difference > 0).Select(Mover)]));
    }

    private static async Task<IReadOnlyList<GetHealth.Answer>> GetHealthOf(NpgsqlConnection connection, NpgsqlTransaction? transaction, string[] customers, DateOnly today, CancellationToken ct) =>
        [.. (await Health.Facts.Now(connection, transaction, [.. customers.Distinct(StringComparer.Ordinal)], ct)).Select(facts => GetHealth.Explain(facts, null, [], today))];

    private static string Why(Dictionary<string, GetHealth.Answer> answers, string id) =>
        answers.TryGetValue(id, out var answer) && answer.RiskFactors.Count > 0 ? string.Join(". ", answer.RiskFactors.Take(2).Select(factor => factor.Why)) + "." : "";

    private static string WithSign(int by) => by < 0 ? $"−{-by}" : $"+{by}";
}
