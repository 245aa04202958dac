using System.Collections.Concurrent;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones.Definitions;

/// <summary>A version that was published, or the draft (version null), as it was written.</summary>
public sealed record StoredBook(int? Version, string Definition, string Since, string Note, DateTime? ChangedAt, string ChangedBy, DateTime? PublishedAt, string? PublishedBy);

/// <summary>The versions of the milestones: the product's own, and those that were published here. The newest holds for everybody.</summary>
public static class KnownBooks
{
    /// <summary>The product's own: version 1 of every installation.</summary>
    public static string BuiltinText { get; } = Sql.Read("Milestones/Definitions/milestones.json");

    public static MilestoneBook Builtin { get; } = From(BuiltinText).Book!;

    /// <summary>One row: the newest that was published; none: the product's own holds.</summary>
    public const string CurrentQuery = "select version, definition, since::text from milestone_definitions where version is not null order by version desc limit 1";

    // Versions never change, so that each text is read once in a process.
    private static readonly ConcurrentDictionary<string, MilestoneBook> Texts = new(StringComparer.Ordinal);

    private const string Columns = "select version, definition, since::text, note, changed_at, changed_by, published_at, published_by from milestone_definitions";

    public static (MilestoneBook? Book, IReadOnlyList<Fault> Faults) From(string json) => StrictJson.From<MilestoneBook>(json, CheckBook.Run);

    public static async Task<MilestoneBook> Current(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        Of(await connection.QuerySingleOrDefaultAsync<(int, string?, string?)>(new CommandDefinition(CurrentQuery, null, transaction, cancellationToken: ct)));

    /// <summary>The row of <see cref="CurrentQuery"/>.</summary>
    public static MilestoneBook Of((int Version, string? Definition, string? Since) row) => row.Definition is null ? Builtin
        // Checked when it was published; a later release may be stricter, and takes it all the same.
        : Texts.GetOrAdd(row.Definition, StrictJson.Unchecked<MilestoneBook>) with
        {
            Version = row.Version,
            Since = JsonSerializer.Deserialize<Dictionary<string, DateTime>>(row.Since!)!,
        };

    public static Task<StoredBook?> Draft(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<StoredBook>(new CommandDefinition($"{Columns} where version is null", null, transaction, cancellationToken: ct))!;

    /// <summary>All that were published, the newest first and the product's own last.</summary>
    public static async Task<IReadOnlyList<StoredBook>> Published(NpgsqlConnection connection, CancellationToken ct) =>
        [.. await connection.QueryAsync<StoredBook>(new CommandDefinition($"{Columns} where version is not null order by version desc", cancellationToken: ct)),
            new StoredBook(1, StrictJson.Write(Builtin), "{}", "the product's own", null, "", null, null)];

    /// <summary>"draft", or the number of a published version; null where there is none.</summary>
    public static async Task<StoredBook?> Find(NpgsqlConnection connection, string name, CancellationToken ct) =>
        name == "draft" ? await Draft(connection, null, ct) : (await Published(connection, ct)).FirstOrDefault(one => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{one.Version}") == name);
}
