using System.Buffers.Text;
using System.Security.Cryptography;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Onboarding.Widget.Tokens;

/// <summary>Makes and ends the secrets of tokens, and says which sites may show the widget. In the audit log, without the secrets.</summary>
public sealed class ChangeWidget(NpgsqlDataSource db, Settings settings, KnownWidget known, AuditLog audit, TimeProvider clock)
{
    /// <summary>A replaced secret works that long, so that every server gets the new one in peace.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(7);

    public const int MostOrigins = 50;

    /// <summary>Who does it, for the settings and for the audit log, which holds no addresses.</summary>
    public sealed record Author(string Actor, string Audit);

    /// <summary>A new secret, told this once; the one before works for a week, or until it is ended. Older ones end now.</summary>
    public async Task<string> NewSecret(Author by, CancellationToken ct)
    {
        var secret = "csw_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await Change(by, "widget.secret-made", set => set with
        {
            Secrets = [new KeptSecret(Guid.CreateVersion7().ToString("N")[^8..], WidgetSettings.Close(settings, secret), clock.Now()),
                .. set.Secrets.Take(1).Select(old => old with { EndsAt = clock.Now() + Overlap })],
        }, set => new { id = set.Current!.Id, replaces = set.Secrets.Skip(1).Select(old => old.Id) }, ct);
        return secret;
    }

    /// <summary>Secrets that were replaced end now; false where there is none.</summary>
    public Task<bool> EndOld(Author by, CancellationToken ct) =>
        Change(by, "widget.secret-ended", set => set.Secrets.Any(old => old.EndsAt > clock.Now()) ? set with { Secrets = [.. set.Secrets.Take(1)] } : null, _ => null, ct);

    /// <summary>Which sites may show it, and how much of a blocker their people see. What is wrong, or nothing.</summary>
    public async Task<IReadOnlyList<Fault>> Show(IReadOnlyList<string> origins, string blockers, Author by, CancellationToken ct)
    {
        var read = origins.Select(text => (Text: text, Origin: Origin(text))).ToList();
        if (read.FirstOrDefault(one => one.Origin is null).Text is { } wrong) return [new Fault("origins", $"holds '{(wrong.Length > 60 ? wrong[..59] + "…" : wrong)}', which is no origin: write https:// and the site's name, as in https://app.example.com")];
        if (read.Count > MostOrigins) return [new Fault("origins", $"are more than {MostOrigins}")];
        if (blockers is not (WidgetSettings.TitleAndNotes or WidgetSettings.TitleOnly or WidgetSettings.Nothing)) return [new Fault("blockers", "must be title_and_notes, title or nothing")];
        var all = read.Select(one => one.Origin!).Distinct(StringComparer.Ordinal).ToList();
        await Change(by, "widget.changed", set => set with { Origins = all, Blockers = blockers }, set => new { set.Origins, set.Blockers }, ct);
        return [];
    }

    /// <summary>As browsers write it: small letters, no usual port, nothing behind; null where it is none. Pages without https can be read on the way: only the own machine's may. Pure.</summary>
    public static string? Origin(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)
            && url.PathAndQuery == "/" && url.Fragment.Length == 0 && url.UserInfo.Length == 0 && url.Host.Length > 0 && !url.Host.Contains('*', StringComparison.Ordinal)
            ? $"{url.Scheme}://{(url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost)}{(url.IsDefaultPort ? "" : $":{url.Port}")}" : null;

    private async Task<bool> Change(Author by, string action, Func<WidgetSettings, WidgetSettings?> change, Func<WidgetSettings, object?> told, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (change(WidgetSettings.Of(await SavedSetting.Hold(connection, transaction, WidgetSettings.Name, ct))) is not { } after) return false;
        await after.Write(connection, transaction, by.Actor, clock.Now(), ct);
        await audit.Write(connection, transaction, by.Audit, action, "widget", told(after), ct);
        await transaction.CommitAsync(ct);
        known.Forget();
        return true;
    }
}
