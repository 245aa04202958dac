using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Versions;

/// <summary>One version of a template; number 0 is the product's own where nobody ever wrote one. Builtin: the product's own words.</summary>
public sealed record TemplateVersion(string Kind, int Version, bool Builtin, TemplateText Text, string Note, DateTime? CreatedAt, string CreatedBy)
{
    private const string Columns = "select kind, version, builtin, subject, preheader, html, text, note, created_at, created_by from message_templates";

    private sealed record Row(string Kind, int Version, bool Builtin, string Subject, string Preheader, string Html, string Text, string Note, DateTime CreatedAt, string CreatedBy)
    {
        public TemplateVersion Shown() => new(Kind, Version, Builtin, new(Subject, Preheader, Html, Text), Note, CreatedAt, CreatedBy);
    }

    /// <summary>What is sent now. The product's own words are those of this release, whatever they were when somebody went back to them.</summary>
    public static async Task<TemplateVersion> Current(NpgsqlConnection connection, NpgsqlTransaction? transaction, TemplateKind kind, CancellationToken ct)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition($"{Columns} where kind = @Name order by version desc limit 1", new { kind.Name }, transaction, cancellationToken: ct));
        return row is null ? new(kind.Name, 0, true, DefaultTemplates.Of(kind), "", null, "") : row.Builtin ? row.Shown() with { Text = DefaultTemplates.Of(kind) } : row.Shown();
    }

    /// <summary>All of one kind, newest first, as they were written.</summary>
    public static async Task<IReadOnlyList<TemplateVersion>> Of(NpgsqlConnection connection, TemplateKind kind, CancellationToken ct) =>
        [.. (await connection.QueryAsync<Row>(new CommandDefinition($"{Columns} where kind = @Name order by version desc limit 500", new { kind.Name }, cancellationToken: ct))).Select(row => row.Shown())];

    /// <summary>Version 0 is the product's own.</summary>
    public static async Task<TemplateVersion?> Find(NpgsqlConnection connection, TemplateKind kind, int version, CancellationToken ct) =>
        version == 0 ? new(kind.Name, 0, true, DefaultTemplates.Of(kind), "", null, "")
        : (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition($"{Columns} where kind = @Name and version = @version", new { kind.Name, version }, cancellationToken: ct)))?.Shown();

    /// <summary>The current one of every kind, in their order.</summary>
    public static async Task<IReadOnlyList<TemplateVersion>> All(NpgsqlConnection connection, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            "select distinct on (kind) kind, version, builtin, subject, preheader, html, text, note, created_at, created_by from message_templates order by kind, version desc", cancellationToken: ct))).ToDictionary(row => row.Kind, StringComparer.Ordinal);
        return [.. TemplateKind.All.Select(kind => rows.GetValueOrDefault(kind.Name)?.Shown() is { } written
            ? written.Builtin ? written with { Text = DefaultTemplates.Of(kind) } : written : new TemplateVersion(kind.Name, 0, true, DefaultTemplates.Of(kind), "", null, ""))];
    }
}
