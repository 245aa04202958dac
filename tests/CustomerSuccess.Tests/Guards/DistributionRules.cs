using System.Text.RegularExpressions;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Guards;

/// <summary>
/// What a cluster (Citus) would refuse or silently do wrong, although one PostgreSQL accepts it: found in the catalog after
/// the migrations and in the text of every statement. The list of distributed tables is read from the cs_distribute calls.
/// </summary>
public static partial class DistributionRules
{
    /// <summary>Table → distribution column; null: a reference table, copied to every node. All others are local.</summary>
    public static Dictionary<string, string?> Distributed(IEnumerable<string> migrations) =>
        migrations.SelectMany(text => Calls().Matches(text)).Where(call => !migrations.Any(text => text.Contains($"drop table {call.Groups["table"].Value};", StringComparison.Ordinal))).ToDictionary(
            call => call.Groups["table"].Value, call => call.Groups["column"] is { Success: true } column ? column.Value : null, StringComparer.Ordinal);

    /// <summary>Every rule of the catalog that a table breaks, as a sentence.</summary>
    public static async Task<IReadOnlyList<string>> InCatalog(NpgsqlConnection connection, IReadOnlyDictionary<string, string?> distributed)
    {
        var found = new List<string>();
        var keys = (await connection.QueryAsync<(string Table, string Name, bool Primary, string[] Columns)>("""
            select t.relname, i.relname, x.indisprimary,
                   array(select a.attname::text from unnest(x.indkey[0:x.indnkeyatts - 1]) as k(n) join pg_attribute a on a.attrelid = t.oid and a.attnum = k.n)
            from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
            where t.relnamespace = 'public'::regnamespace and (x.indisunique or x.indisexclusion)
            """)).ToList();
        foreach (var (table, column) in distributed)
        {
            if (column is not null && !keys.Any(key => key.Table == table && key.Primary)) found.Add($"{table} has no primary key");
            found.AddRange(keys.Where(key => key.Table == table && column is not null && !key.Columns.Contains(column))
                .Select(key => $"{key.Name} of {table} is unique without {column}"));
        }

        var links = await connection.QueryAsync<(string Name, string From, string To, string[] FromColumns, string[] ToColumns)>("""
            select c.conname, f.relname, t.relname,
                   array(select a.attname::text from unnest(c.conkey) with ordinality as k(n, i) join pg_attribute a on a.attrelid = f.oid and a.attnum = k.n order by k.i),
                   array(select a.attname::text from unnest(c.confkey) with ordinality as k(n, i) join pg_attribute a on a.attrelid = t.oid and a.attnum = k.n order by k.i)
            from pg_constraint c join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
            where c.contype = 'f' and f.relnamespace = 'public'::regnamespace
            """);
        found.AddRange(links.Where(link => !LinkAllowed(link.From, link.To, link.FromColumns, link.ToColumns, distributed))
            .Select(link => $"{link.Name}: {Kind(link.From, distributed)} {link.From} refers to {Kind(link.To, distributed)} {link.To}"));

        var triggers = await connection.QueryAsync<(string Name, string Table)>(
            "select g.tgname, t.relname from pg_trigger g join pg_class t on t.oid = g.tgrelid where not g.tgisinternal and t.relnamespace = 'public'::regnamespace");
        found.AddRange(triggers.Where(each => distributed.ContainsKey(each.Table)).Select(each => $"{each.Table} has the trigger {each.Name}"));
        return found;
    }

    /// <summary>Every statement in a text that a cluster refuses. SQL files and C# alike; comments are skipped.</summary>
    public static IEnumerable<string> InText(string path, string text)
    {
        var sql = Comments().Replace(text, " ");
        foreach (Match match in Forbidden().Matches(sql)) yield return $"{path}: {Regex.Replace(match.Value, @"\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(1))}";
        foreach (Match match in Upserts().Matches(sql))
        {
            if (Unstable().Match(Assignments(sql, match.Index + match.Length)) is { Success: true } call) yield return $"{path}: do update set … {call.Value}";
        }
    }

    private static bool LinkAllowed(string from, string to, string[] fromColumns, string[] toColumns, IReadOnlyDictionary<string, string?> distributed) =>
        (Kind(from, distributed), Kind(to, distributed)) switch
        {
            ("local", "local") or (_, "reference") when !(Kind(from, distributed) == "reference" && Kind(to, distributed) == "local") => true,
            ("distributed", "distributed") => Array.IndexOf(fromColumns, distributed[from]) is >= 0 and var at && toColumns[at] == distributed[to],
            _ => false,
        };

    private static string Kind(string table, IReadOnlyDictionary<string, string?> distributed) =>
        !distributed.TryGetValue(table, out var column) ? "local" : column is null ? "reference" : "distributed";

    // From "do update set" to where the statement or the CTE around it ends.
    private static string Assignments(string sql, int start)
    {
        var depth = 0;
        for (var at = start; at < sql.Length; at++)
        {
            depth += sql[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth < 0 || sql[at] is ';' or '"') return sql[start..at];
            if (depth == 0 && string.Compare(sql, at, "returning", 0, 9, StringComparison.OrdinalIgnoreCase) == 0) return sql[start..at];
        }

        return sql[start..];
    }

    [GeneratedRegex(@"select\s+cs_distribute\(\s*'(?<table>\w+)'\s*,\s*(?:null|'(?<column>\w+)')", RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Calls();

    [GeneratedRegex(@"(?m)^\s*(?://|\*|--)[^\n]*|--\s[^\n]*|///[^\n]*", RegexOptions.None, 5000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\bmerge\s+into\b|\b(?:rollup|cube)\s*\(|\bgrouping\s+sets\b|\bwith\s+recursive\b", RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"\bdo\s+update\s+set\b", RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Upserts();

    [GeneratedRegex(@"\b(?:now|clock_timestamp|statement_timestamp|random|gen_random_uuid|nextval)\s*\(|\bcurrent_(?:timestamp|date|time)\b", RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Unstable();
}
