using System.Text;
using System.Text.Json;
using CustomerSuccess.Access.Secrets;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Onboarding.Widget.Tokens;

/// <summary>A secret with which tokens are signed. EndsAt: one that was replaced works until then, so that servers can be changed over.</summary>
public sealed record KeptSecret(string Id, string Sealed, DateTime MadeAt, DateTime? EndsAt = null)
{
    public bool Works(DateTime now) => EndsAt is null || EndsAt > now;
}

/// <summary>What is set about the widget, as table settings keeps it. Secrets: the newest first, sealed. Origins: sites whose pages may show it.</summary>
public sealed record WidgetSettings
{
    /// <summary>How much of a blocker customers see.</summary>
    public const string TitleAndNotes = "title_and_notes", TitleOnly = "title", Nothing = "nothing";

    public const string Name = "widget", Purpose = "widget.secret";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public IReadOnlyList<KeptSecret> Secrets { get; init; } = [];

    public IReadOnlyList<string> Origins { get; init; } = [];

    public string Blockers { get; init; } = TitleAndNotes;

    public KeptSecret? Current => Secrets.Count > 0 ? Secrets[0] : null;

    public static WidgetSettings Of(SavedSetting? saved) => saved is null ? new() : JsonSerializer.Deserialize<WidgetSettings>(saved.Value, Format)!;

    public static async Task<WidgetSettings> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        Of(await SavedSetting.Read(connection, transaction, Name, ct));

    public Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, DateTime now, CancellationToken ct) =>
        SavedSetting.Write(connection, transaction, Name, JsonSerializer.Serialize(this, Format), actor, now, ct);

    public static string Close(Settings settings, string secret) => Convert.ToBase64String(Seal.Close(settings, Purpose, Encoding.UTF8.GetBytes(secret)));

    public static string Open(Settings settings, KeptSecret secret) => Encoding.UTF8.GetString(Seal.Open(settings, Purpose, Convert.FromBase64String(secret.Sealed)));
}
