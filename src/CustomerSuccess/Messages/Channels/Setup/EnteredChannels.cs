using System.Text;
using System.Text.Json;
using CustomerSuccess.Access.Secrets;
using CustomerSuccess.Platform;
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
        await (alone ? SavedSetting.Hold(connection, transaction!, Name, ct) : SavedSetting.Read(connection, transaction, Name, ct)) is { } saved
            ? JsonSerializer.Deserialize<EnteredChannels>(saved.Value, Format)! : new();

    /// <summary>In the caller's transaction.</summary>
    public Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTime now, string actor, CancellationToken ct) =>
        SavedSetting.Write(connection, transaction, Name, JsonSerializer.Serialize(this, Format), actor, now, ct);

    public static string Seal(Settings settings, string secret) =>
        secret.Length == 0 ? "" : Convert.ToBase64String(Access.Secrets.Seal.Close(settings, Purpose, Encoding.UTF8.GetBytes(secret)));

    public static string Open(Settings settings, string closed) =>
        closed.Length == 0 ? "" : Encoding.UTF8.GetString(Access.Secrets.Seal.Open(settings, Purpose, Convert.FromBase64String(closed)));
}
