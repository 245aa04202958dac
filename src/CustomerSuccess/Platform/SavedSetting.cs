using System.Globalization;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Platform;

/// <summary>What somebody set on a page: a JSON document under a name.</summary>
/// <param name="Value">JSON.</param>
/// <param name="ChangedAt">When it was saved last.</param>
public sealed record SavedSetting(string Value, DateTime ChangedAt)
{
    /// <summary>The field with which a form says what it was filled with, and what is wrong with it where somebody else was faster.</summary>
    public const string Seen = "seen", Changed = "was changed by somebody else meanwhile";

    // The class of the advisory locks under which one is changed.
    private const int Class = 22;

    /// <summary>Null where nobody set it.</summary>
    public static Task<SavedSetting?> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, string name, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<SavedSetting?>(new CommandDefinition("select value::text as value, changed_at from settings where name = @name", new { name }, transaction, cancellationToken: ct));

    /// <summary>Read to be changed in this transaction: until its end nobody else does, also where there is no row yet.</summary>
    public static async Task<SavedSetting?> Hold(NpgsqlConnection connection, NpgsqlTransaction transaction, string name, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(@Class, hashtext(@name))", new { Class, name }, transaction, cancellationToken: ct));
        return await Read(connection, transaction, name, ct);
    }

    public static Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, string name, string json, string actor, DateTime now, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(
        """
        insert into settings (name, value, changed_at, changed_by) values (@name, @json::jsonb, @now, @actor)
        on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """,
        new { name, json, now, actor }, transaction, cancellationToken: ct));

    /// <summary>What a form carries along, so that who saves it can be told that somebody else did meanwhile.</summary>
    public static string Mark(DateTime? changedAt) => changedAt?.ToString("O", CultureInfo.InvariantCulture) ?? "never";

    /// <summary>Whether it was saved after a form with this mark was opened. Null: a call that does not ask.</summary>
    public static bool Newer(string? mark, DateTime? changedAt) => mark is not null && mark != Mark(changedAt);
}
