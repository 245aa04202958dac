using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace CustomerSuccess.Platform;

/// <summary>One step of the schema: NNN-name.sql, never changed once released.</summary>
public sealed record Migration(int Version, string Name, string Text)
{
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
}

/// <summary>Brings a database up to this program's schema: upwards only, each step in its own transaction, one process at a time.</summary>
public static class Migrator
{
    private const string Folder = "Platform/Migrations/";

    /// <summary>Any number: what two migrating processes agree to lock.</summary>
    private const long Lock = 0x6373_6d69_6772;

    public static IReadOnlyList<Migration> All { get; } =
    [
        .. typeof(Migrator).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => (Resource: name, File: name[Folder.Length..^".sql".Length]))
            .Select(found => new Migration(
                int.Parse(found.File.Split('-')[0], CultureInfo.InvariantCulture), found.File[(found.File.IndexOf('-') + 1)..], Sql.Read(found.Resource)))
            .OrderBy(migration => migration.Version),
    ];

    public static Task Migrate(NpgsqlConnection connection, CancellationToken ct) => Migrate(connection, All, ct);

    internal static async Task Migrate(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, CancellationToken ct)
    {
        // Nearly always there is nothing to do; that is found out without a lock.
        if (await Missing(connection, migrations, ct) is []) return;

        await Execute(connection, null, $"set lock_timeout = 0; set statement_timeout = 0; select pg_advisory_lock({Lock})", ct);
        try
        {
            await Execute(connection, null, """
                create table if not exists schema_versions (
                  version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null)
                """, ct);
            foreach (var migration in await Missing(connection, migrations, ct)) await Apply(connection, migration, ct);
        }
        finally
        {
            // The lock goes with the session where the connection broke.
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await Execute(connection, null, $"select pg_advisory_unlock({Lock}); reset lock_timeout; reset statement_timeout", CancellationToken.None);
            }
        }
    }

    private static async Task Apply(NpgsqlConnection connection, Migration migration, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Means something on Citus only, where one transaction creates many distributed tables.
        await Execute(connection, transaction, "set local citus.multi_shard_modify_mode = 'sequential'", ct);
        try
        {
            await Execute(connection, transaction, migration.Text, ct);
        }
        catch (PostgresException error)
        {
            throw new Trouble($"Step {migration.Version} ({migration.Name}) of the schema failed: {error.Message}",
                "The database is as it was before this step. Remove the reason and start again.", error);
        }

        await using var note = new NpgsqlCommand("insert into schema_versions values ($1, $2, $3, now())", connection, transaction)
        {
            Parameters = { new() { Value = migration.Version }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
        };
        await note.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task<IReadOnlyList<Migration>> Missing(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, CancellationToken ct)
    {
        var applied = new Dictionary<int, (string Name, string Checksum)>();
        try
        {
            await using var read = new NpgsqlCommand("select version, name, checksum from schema_versions", connection);
            await using var rows = await read.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct)) applied[rows.GetInt32(0)] = (rows.GetString(1), rows.GetString(2));
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return migrations;
        }

        foreach (var (version, (name, checksum)) in applied)
        {
            var ours = migrations.FirstOrDefault(migration => migration.Version == version)
                ?? throw new Trouble($"The database has step {version} ({name}), which this program does not know: it was used by a newer one.",
                    "Run the newer program, or restore a backup made before it.");
            if (ours.Checksum != checksum)
            {
                throw new Trouble($"Step {version} ({name}) of the schema was applied with another text than this program's.",
                    "Put the released file back and make the change in a new step; while developing, remove the database (rm -r data).");
            }
        }

        return [.. migrations.Where(migration => !applied.ContainsKey(migration.Version))];
    }

    private static async Task Execute(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
