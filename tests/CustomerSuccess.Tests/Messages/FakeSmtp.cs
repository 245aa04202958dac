using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CustomerSuccess.Tests.Messages;

/// <summary>What the mail server does with a mail.</summary>
public enum SmtpMood
{
    Accept,
    /// <summary>550 to the recipient.</summary>
    Refuse,
    /// <summary>451 to the recipient.</summary>
    NotNow,
    /// <summary>Cuts the line instead of asking for the text.</summary>
    CutBeforeDot,
    /// <summary>Takes the mail and cuts the line without a word.</summary>
    CutAfterDot,
    /// <summary>Takes the mail and says nothing.</summary>
    HangAfterDot,
    /// <summary>Says nothing from the start.</summary>
    Hang,
    /// <summary>554 instead of a greeting.</summary>
    RefuseUs,
    /// <summary>550 to the sender.</summary>
    RefuseSender,
    /// <summary>554 to the recipient, because it sends for others only.</summary>
    NoRelay,
    /// <summary>550 to the recipient without a code that names the address.</summary>
    RefusePolicy,
    /// <summary>550 after the text, in words that hold a NUL.</summary>
    RefuseText,
}

/// <summary>A mail server that does what the test says, mail by mail. What reached the final dot counts as taken, whatever it answered.</summary>
public sealed class FakeSmtp : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource over = new();
    private readonly X509Certificate2? certificate;

    /// <param name="port">Where it listens.</param>
    /// <param name="secure">Offers STARTTLS, and AUTH only behind it.</param>
    public FakeSmtp(int port, bool secure = false)
    {
        Port = port;
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(500);
        if (secure) certificate = Certificate();
        _ = Listen();
    }

    public int Port { get; }

    /// <summary>Decides by recipient; accepts where there is none.</summary>
    public Func<string, SmtpMood> Mood { get; set; } = _ => SmtpMood.Accept;

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>Recipient and text of every mail whose final dot came.</summary>
    public ConcurrentQueue<(string To, string Text)> Taken { get; } = new();

    /// <summary>Every line it was told outside of mails.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    public bool Encrypted { get; private set; }

    public bool Trusts(X509Certificate? shown) => shown is not null && certificate is not null && shown.GetCertHashString() == certificate.GetCertHashString();

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Stop();
        certificate?.Dispose();
    }

    private async Task Listen()
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                _ = Talk(await listener.AcceptTcpClientAsync(over.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Talk(TcpClient client)
    {
        try
        {
            using (client) await Talk(client.GetStream());
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side went.
        }
    }

    private async Task Talk(Stream stream)
    {
        var reader = new StreamReader(stream, Encoding.UTF8);
        async Task Say(string line) => await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), over.Token);
        if (Mood("") == SmtpMood.Hang) await Task.Delay(Timeout.Infinite, over.Token);
        if (Mood("") == SmtpMood.RefuseUs) await Say("554 5.7.1 you are on a list");
        if (Mood("") == SmtpMood.RefuseUs) return;
        await Say("220 fake.example ESMTP");
        var (to, encrypted, known) = ("", false, User.Length == 0);
        while (await reader.ReadLineAsync(over.Token) is { } line)
        {
            Commands.Enqueue(line);
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await Say("250-fake.example");
                    if (certificate is not null && !encrypted) await Say("250-STARTTLS");
                    if (User.Length > 0 && (encrypted || certificate is null)) await Say("250-AUTH PLAIN LOGIN");
                    await Say("250 8BITMIME");
                    break;
                case "STARTTLS":
                    await Say("220 go on");
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(certificate!);
                    (stream, encrypted, Encrypted) = (secure, true, true);
                    reader = new StreamReader(stream, Encoding.UTF8);
                    break;
                case "AUTH":
                    known = line == "AUTH PLAIN " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{User}\0{Password}"));
                    await Say(known ? "235 welcome" : "535 5.7.8 wrong");
                    break;
                case "MAIL":
                    await Say(Mood("") == SmtpMood.RefuseSender ? "550 5.7.1 not from here" : known ? "250 fine" : "530 5.7.0 sign in first");
                    break;
                case "RCPT":
                    to = line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
                    await Say(Mood(to) switch { SmtpMood.Refuse => "550 5.1.1 nobody of that name", SmtpMood.NotNow => "451 4.7.1 greylisted, try again later",
                        SmtpMood.NoRelay => "554 5.7.1 Relay access denied", SmtpMood.RefusePolicy => "550 5.7.1 not today", _ => "250 fine" });
                    break;
                case "DATA":
                    if (Mood(to) == SmtpMood.CutBeforeDot) return;
                    await Say("354 go on");
                    if (!await Take(reader, to)) return;
                    await Say(Mood(to) == SmtpMood.RefuseText ? "550 5.6.0 what\0is this" : $"250 2.0.0 Ok: queued\0as {Taken.Count}");
                    break;
                case "QUIT":
                    await Say("221 bye");
                    return;
                default:
                    await Say("500 what?");
                    break;
            }
        }
    }

    // False: the line is to be cut.
    private async Task<bool> Take(StreamReader reader, string to)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(over.Token) is { } line)
        {
            if (line == ".")
            {
                Taken.Enqueue((to, text.ToString()));
                if (Mood(to) == SmtpMood.HangAfterDot) await Task.Delay(Timeout.Infinite, over.Token);
                return Mood(to) != SmtpMood.CutAfterDot;
            }

            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return false;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
