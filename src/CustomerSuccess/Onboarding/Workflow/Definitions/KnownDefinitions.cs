using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Definitions;

/// <summary>All published versions, the product's own first.</summary>
public sealed record KnownDefinitions(IReadOnlyDictionary<int, WorkflowDefinition> Versions)
{
    /// <summary>Versions never change, so that each text is read once in a process.</summary>
    private static readonly ConcurrentDictionary<string, WorkflowDefinition> Texts = new(StringComparer.Ordinal);

    /// <summary>What those begin with who begin now.</summary>
    public WorkflowDefinition Current => Versions[Versions.Keys.Max()];

    /// <summary>A version that was never published is nobody's: the first stands for it, whatever is published later.</summary>
    public WorkflowDefinition Of(int version) => Versions.GetValueOrDefault(version) ?? Versions[1];

    public const string Query = "select version, definition from workflow_definitions where version is not null order by version";

    public static async Task<KnownDefinitions> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        Of(await connection.QueryAsync<(int Version, string Definition)>(new CommandDefinition(Query, null, transaction, cancellationToken: ct)));

    /// <summary>The rows of <see cref="Query"/>.</summary>
    public static KnownDefinitions Of(IEnumerable<(int Version, string Definition)> rows)
    {
        var versions = new SortedDictionary<int, WorkflowDefinition> { [1] = ReadDefinition.Builtin };
        foreach (var (version, text) in rows)
        {
            // Checked when it was published; a later release may be stricter, and takes it all the same.
            versions[version] = Texts.GetOrAdd(text, ReadDefinition.Unchecked) with { Version = version };
        }

        return new(versions);
    }
}
