using System.Collections.Concurrent;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Http.Outgoing;
using Npgsql;

namespace CustomerSuccess.Messages.Channels;

/// <summary>
/// The channels that are set up now, in the order in which they are tried; the mailbox alone where none is. The environment first,
/// else what was entered on the page; kept for a few seconds.
/// </summary>
public sealed class KnownChannels(NpgsqlDataSource db, Settings settings, ChannelSettings environment, MessageSettings messages, OutgoingHttp way, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, long> tags = new(StringComparer.Ordinal);
    private volatile Snapshot? known;

    public ChannelSettings Environment => environment;

    public async Task<IReadOnlyList<Channel>> Now(CancellationToken ct)
    {
        if (known is { } have && TimeProvider.System.GetElapsedTime(have.At) < Fresh) return have.Channels;
        await using var connection = await db.OpenConnectionAsync(ct);
        var now = Of(await EnteredChannels.Read(connection, null, alone: false, ct));
        known = new(now, TimeProvider.System.GetTimestamp());
        return now;
    }

    /// <summary>Ask the database again the next time.</summary>
    public void Forget() => known = null;

    /// <summary>Who our mails are from, or null where that was not said.</summary>
    public Sender? From(EnteredChannels entered) =>
        (environment.From ?? MailAddress.Parse(entered.From)) is { } from ? new(from, environment.ReplyTo ?? MailAddress.Parse(entered.ReplyTo)) : null;

    private List<Channel> Of(EnteredChannels entered)
    {
        var list = new List<Channel>();
        if (First(environment.KitKey, entered.KitKey) is { Length: > 0 } kit)
        {
            // Some requests of a minute are kept back for tags that are not known yet and for the page's test.
            list.Add(new KitChannel(new(kit, environment.KitUrl, environment.KitRate), way, messages.Timeout, clock, tags) { PerMinute = environment.KitRate - Math.Max(1, environment.KitRate / 15) });
        }

        if (From(entered) is { } from)
        {
            if (First(environment.SendGridKey, entered.SendGridKey) is { Length: > 0 } key)
            {
                list.Add(new SendGridChannel(new(key, environment.SendGridUrl, environment.SendGridRate), from, way, messages.Timeout, clock) { PerMinute = environment.SendGridRate });
            }

            var smtp = environment.Smtp ?? (entered.SmtpHost.Length == 0 ? null
                : new(entered.SmtpHost, entered.SmtpPort, entered.SmtpSecurity, entered.SmtpUser, EnteredChannels.Open(settings, entered.SmtpPassword), environment.SmtpRate));
            if (smtp is not null) list.Add(new SmtpChannel(smtp, from, way, messages.Timeout, clock) { PerMinute = smtp.PerMinute });
        }

        // Kit takes milestones only: without a mail channel the other messages stay in the mailbox.
        if (!list.Any(channel => channel.Composes)) list.Add(new LogChannel(db) { PerMinute = LogChannel.Rate });
        return list;
    }

    private string First(string fixedOne, string entered) => fixedOne.Length > 0 ? fixedOne : EnteredChannels.Open(settings, entered);

    private sealed record Snapshot(IReadOnlyList<Channel> Channels, long At);
}
