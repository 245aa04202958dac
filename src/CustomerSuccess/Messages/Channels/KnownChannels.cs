using System.Collections.Concurrent;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Http.Outgoing;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Channels;

/// <summary>
/// The channels that are set up now, in the order in which they are tried. In the place of mail channels: the mailbox where there never
/// was one; one that says why mails wait where something is missing. The environment first, else what was entered on the page; kept
/// for a few seconds.
/// </summary>
public sealed class KnownChannels(NpgsqlDataSource db, Settings settings, ChannelSettings environment, MessageSettings messages, OutgoingHttp way, TimeProvider clock)
{
    private const string NoSender = "who they are from (Settings, Messages, or CS_MAIL_FROM)", NotReached = "where their readers reach this installation by https (Settings, Brand, or CS_PUBLIC_URL)";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, long> tags = new(StringComparer.Ordinal);
    private volatile Snapshot? known;

    public ChannelSettings Environment => environment;

    public async Task<IReadOnlyList<Channel>> Now(CancellationToken ct)
    {
        if (known is { } have && TimeProvider.System.GetElapsedTime(have.At) < Fresh) return have.Channels;
        await using var connection = await db.OpenConnectionAsync(ct);
        var reachable = BrandSettings.IsPublic((await BrandSettings.Read(connection, ct)).Here);
        var before = await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from channels where channel in ('sendgrid', 'smtp'))", cancellationToken: ct));
        var now = Of(await EnteredChannels.Read(connection, null, alone: false, ct), reachable, before);
        known = new(now, TimeProvider.System.GetTimestamp());
        return now;
    }

    /// <summary>Ask the database again the next time.</summary>
    public void Forget() => known = null;

    /// <summary>Who our mails are from, or null where that was not said.</summary>
    public Sender? From(EnteredChannels entered) =>
        (environment.From ?? MailAddress.Parse(entered.From)) is { } from ? new(from, environment.ReplyTo ?? MailAddress.Parse(entered.ReplyTo)) : null;

    /// <param name="entered">On the page.</param>
    /// <param name="reachable">Whether links in mails lead here.</param>
    /// <param name="before">Whether a mail channel was set up once.</param>
    private List<Channel> Of(EnteredChannels entered, bool reachable, bool before)
    {
        var list = new List<Channel>();
        if (First(environment.KitKey, entered.KitKey) is { Length: > 0 } kit)
        {
            // Some requests of a minute are kept back for tags that are not known yet and for the page's test.
            list.Add(new KitChannel(new(kit, environment.KitUrl, environment.KitRate), way, messages.Timeout, clock, tags) { PerMinute = environment.KitRate - Math.Max(1, environment.KitRate / 15) });
        }

        var key = First(environment.SendGridKey, entered.SendGridKey);
        var smtp = environment.Smtp ?? (entered.SmtpHost.Length == 0 ? null
            : new(entered.SmtpHost, entered.SmtpPort, entered.SmtpSecurity, entered.SmtpUser, EnteredChannels.Open(settings, entered.SmtpPassword), environment.SmtpRate));
        var (setUp, from) = (key.Length > 0 || smtp is not null, From(entered));
        string[] missing = [.. from is null ? [NoSender] : Array.Empty<string>(), .. reachable ? Array.Empty<string>() : [NotReached]];
        if (setUp && missing.Length > 0) list.Add(new NoMailChannel($"mails wait until it is known {string.Join(", and ", missing)}"));
        // Whoever had one, or changes its key this moment, does not want the queue to end in the mailbox.
        else if (!setUp && before && !entered.Mailbox) list.Add(new NoMailChannel("mails wait: no mail channel is set up any more (Settings, Messages)"));
        // Kit takes milestones only: without a mail channel the other messages stay in the mailbox.
        else if (!setUp) list.Add(new LogChannel(db) { PerMinute = LogChannel.Rate });
        if (!setUp || from is null || missing.Length > 0) return list;
        if (key.Length > 0) list.Add(new SendGridChannel(new(key, environment.SendGridUrl, environment.SendGridRate), from, way, messages.Timeout, clock) { PerMinute = environment.SendGridRate });
        if (smtp is not null) list.Add(new SmtpChannel(smtp, from, way, messages.Timeout, clock) { PerMinute = smtp.PerMinute });
        return list;
    }

    private string First(string fixedOne, string entered) => fixedOne.Length > 0 ? fixedOne : EnteredChannels.Open(settings, entered);

    private sealed record Snapshot(IReadOnlyList<Channel> Channels, long At);
}
