using System.Text;
using System.Text.Json;
using CustomerSuccess.Access.Secrets;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Channels.Setup;

/// <summary>What was entered on the page, as table settings keeps it: keys and passwords sealed.</summary>
public sealed record EnteredChannels
{
    private const string Name = "messages.channels", Purpose = "messages.channels";
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public string From { get; init; } = "";

    public string ReplyTo { get; init; } = "";

    public string KitKey { get; init; } = "";

    public string SendGridKey { get; init; } = "";

    public string SmtpHost { get; init; } = "";

    public int SmtpPort { get; init; } = 587;

    public SmtpSecurity SmtpSecurity { get; init; }

    public string SmtpUser { get; init; } = "";

    public string SmtpPassword { get; init; } = "";

    /// <summary>Somebody who no longer has a mail channel wants the mails in the mailbox: without that they wait for the next one.</summary>
    public bool Mailbox { get; init; }

    public static async Task<EnteredChannels> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, bool alone, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select value::text from settings where name = @Name" + (alone ? " for update" : ""), new { Name }, transaction, cancellationToken: ct)) is { } json
            ? JsonSerializer.Deserialize<EnteredChannels>(json, Format)! : new();

    /// <summary>In the caller's transaction.</summary>
    public Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTime now, string actor, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into settings (name, value, changed_at, changed_by) values (@Name, @value::jsonb, @now, @actor)
            on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """,
            new { Name, value = JsonSerializer.Serialize(this, Format), now, actor }, transaction, cancellationToken: ct));

    public static string Seal(Settings settings, string secret) =>
        secret.Length == 0 ? "" : Convert.ToBase64String(Access.Secrets.Seal.Close(settings, Purpose, Encoding.UTF8.GetBytes(secret)));

    public static string Open(Settings settings, string closed) =>
        closed.Length == 0 ? "" : Encoding.UTF8.GetString(Access.Secrets.Seal.Open(settings, Purpose, Convert.FromBase64String(closed)));
}
