using CustomerSuccess.Onboarding.Workflow.Definitions;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Versions;

/// <summary>A version that was published, or the draft (version null), as it was written.</summary>
public sealed record StoredDefinition(int? Version, string Definition, string Note, DateTime? ChangedAt, string ChangedBy, DateTime? PublishedAt, string? PublishedBy)
{
    private const string DraftId = "draft";

    private const string Columns = "select version, definition, note, changed_at, changed_by, published_at, published_by from workflow_definitions";

    /// <summary>The product's own, version 1 of every installation.</summary>
    public static StoredDefinition Builtin { get; } = new(1, ReadDefinition.Write(ReadDefinition.Builtin), "the product's own", null, "", null, null);

    public static Task<StoredDefinition?> Draft(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<StoredDefinition>(new CommandDefinition($"{Columns} where version is null", null, transaction, cancellationToken: ct))!;

    /// <summary>All that were published, the newest first and the product's own last.</summary>
    public static async Task<IReadOnlyList<StoredDefinition>> Published(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        [.. await connection.QueryAsync<StoredDefinition>(new CommandDefinition($"{Columns} where version is not null order by version desc", null, transaction, cancellationToken: ct)), Builtin];

    /// <summary>"draft", or the number of a published version; null where there is none.</summary>
    public static async Task<StoredDefinition?> Find(NpgsqlConnection connection, string name, CancellationToken ct) =>
        name == DraftId ? await Draft(connection, null, ct)
        : int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var version) ? (await Published(connection, null, ct)).FirstOrDefault(one => one.Version == version) : null;

    public static Task Keep(NpgsqlConnection connection, NpgsqlTransaction transaction, string definition, string note, string author, DateTime now, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(
        """
        insert into workflow_definitions as d (definition_id, definition, note, created_at, created_by, changed_at, changed_by) values ('draft', @definition, @note, @now, @author, @now, @author)
        on conflict (definition_id) do update set definition = excluded.definition, note = excluded.note, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """, new { definition, note, author, now }, transaction, cancellationToken: ct));

    public static Task<int> Discard(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition("delete from workflow_definitions where version is null", null, transaction, cancellationToken: ct));
}
