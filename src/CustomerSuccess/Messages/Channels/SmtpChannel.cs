using System.Net.Security;
using System.Security.Authentication;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform.Http.Outgoing;

namespace CustomerSuccess.Messages.Channels;

/// <summary>Mail by any SMTP server, encrypted by STARTTLS or from the start. Until the final dot nothing was handed over; after it silence means that nobody knows.</summary>
public sealed record SmtpChannel(SmtpSetup Setup, Sender From, OutgoingHttp Way, TimeSpan Timeout, TimeProvider Clock) : Channel(Smtp, "SMTP")
{
    /// <summary>Other certificates than those the machine trusts; for tests.</summary>
    internal RemoteCertificateValidationCallback? Judge { get; init; }

    public override async Task<Answer> Send(Composed mail, Message message, CancellationToken ct)
    {
        if (MailAddress.Read(message.ToEmail, message.ToName) is not { } to) return new Answer.Refused("the address is no mail address");
        var mime = MimeMessage.Write(From.Address, From.ReplyTo, to, mail, $"{message.MessageId}.{message.Attempt}", Clock.GetUtcNow());
        SmtpTalk? talk = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Timeout);
        try
        {
            talk = await Connect(limit.Token);
            var said = await talk.Send(From.Address.Address, to.Address, mime, limit.Token);
            await Leave(talk);
            return new Answer.Sent(MailAddress.Words(said, 100));
        }
        catch (SmtpRefused refused)
        {
            var words = $"SMTP answered {refused.Message}";
            return refused switch
            {
                // For now: full, too many, come back later.
                { Code: >= 400 and < 500 } => new Answer.NotReached(words),
                // Before it was told whom the mail is to, or because it sends for others than us: the same for every message.
                _ when talk?.Welcome != true || refused.Code is 530 or 534 or 535 or 538 or 504 || refused.NoRelay => new Answer.Refused(words, OfUs: true),
                _ => new Answer.Refused(words) { NoSuchAddress = talk is { Knows: false } && refused.NobodyThere },
            };
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or System.Net.Sockets.SocketException or AuthenticationException)
        {
            var why = error is OperationCanceledException ? "no answer in time" : error.Message;
            return talk?.Ended == true ? new Answer.Unknown($"the line was lost after the final dot: {why}") : new Answer.NotReached($"SMTP cannot be reached: {why}");
        }
        finally
        {
            if (talk is not null) await talk.DisposeAsync();
        }
    }

    public override async Task<string?> Test(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Timeout);
        try
        {
            await using var talk = await Connect(limit.Token);
            await Leave(talk);
            return null;
        }
        catch (Exception error) when (error is SmtpRefused or IOException or OperationCanceledException or System.Net.Sockets.SocketException or AuthenticationException)
        {
            return error is OperationCanceledException ? "no answer in time" : error.Message;
        }
    }

    private async Task<SmtpTalk> Connect(CancellationToken ct)
    {
        var talk = new SmtpTalk(await Way.Dial(Setup.Host, Setup.Port, ct));
        try
        {
            var self = From.Address.Address[(From.Address.Address.LastIndexOf('@') + 1)..];
            if (Setup.Security == SmtpSecurity.Tls) await talk.Secure(Setup.Host, Judge, ct);
            await talk.Greet(self, ct);
            if (Setup.Security == SmtpSecurity.StartTls) await talk.StartTls(Setup.Host, self, Judge, ct);
            if (Setup.User.Length > 0) await talk.SignIn(Setup.User, Setup.Password, ct);
            return talk;
        }
        catch
        {
            await talk.DisposeAsync();
            throw;
        }
    }

    // Whatever it says to that, it has taken the mail.
    private static async Task Leave(SmtpTalk talk)
    {
        try
        {
            using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await talk.Quit(brief.Token);
        }
        catch (Exception error) when (error is SmtpRefused or IOException or OperationCanceledException)
        {
            // Fine.
        }
    }
}
