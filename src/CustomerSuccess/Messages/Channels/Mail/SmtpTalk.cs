using System.Net.Security;
using System.Text;
using CustomerSuccess.Messages.Feedback;

namespace CustomerSuccess.Messages.Channels.Mail;

/// <summary>An SMTP server said no. Code is its three digits.</summary>
public sealed class SmtpRefused(int code, string text) : Exception($"{code} {text}")
{
    public int Code => code;

    /// <summary>The enhanced code (RFC 3463) names the address: it does not exist, and will not.</summary>
    public bool NobodyThere { get; } = code >= 500 && text.Split(' ', 2)[0] is var status && status.StartsWith("5.1.", StringComparison.Ordinal) && BounceClass.IsHard(status, permanent: true, text);

    /// <summary>It takes mail for its own recipients only, or from those who signed in.</summary>
    public bool NoRelay { get; } = code >= 500 && text.Contains("relay", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// The words of SMTP (RFC 5321) over one connection. System.Net.Mail does not tell whether a line that was cut had carried the final
/// dot; that is the whole question here.
/// </summary>
public sealed class SmtpTalk(Stream stream) : IAsyncDisposable
{
    private const int LongestLine = 4096, MostLines = 100;
    private readonly byte[] buffer = new byte[LongestLine];
    private Stream stream = stream;
    private int start, end;

    /// <summary>The final dot may have left: from here on silence means that nobody knows.</summary>
    public bool Ended { get; private set; }

    /// <summary>The server lets us in and takes mail from us: what it refuses from here on is this recipient or this mail, before it is us.</summary>
    public bool Welcome { get; private set; }

    /// <summary>It takes mail for this recipient: what it refuses from here on is the mail.</summary>
    public bool Knows { get; private set; }

    /// <summary>What the server can do, as it said after EHLO.</summary>
    public IReadOnlyList<string> Can { get; private set; } = [];

    public async Task Greet(string self, CancellationToken ct)
    {
        await Expect(ct, 220);
        await Hello(self, ct);
    }

    /// <summary>From here on nobody listens in; the certificate must be the host's.</summary>
    public async Task StartTls(string host, string self, RemoteCertificateValidationCallback? judge, CancellationToken ct)
    {
        if (!Can.Any(line => line.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase))) throw new SmtpRefused(530, "the server offers no STARTTLS, and without it password and mail could be read on the way");
        await Say("STARTTLS", ct, 220);
        // What came before the handshake was not the server's word (CVE-2011-0411).
        (start, end) = (0, 0);
        await Secure(host, judge, ct);
        await Hello(self, ct);
    }

    public async Task Secure(string host, RemoteCertificateValidationCallback? judge, CancellationToken ct)
    {
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        stream = secure;
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = judge }, ct);
    }

    public async Task SignIn(string user, string password, CancellationToken ct)
    {
        var ways = Can.FirstOrDefault(line => line.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant().Split(' ') ?? [];
        if (ways.Contains("PLAIN"))
        {
            await Say("AUTH PLAIN " + Base64($"\0{user}\0{password}"), ct, 235);
        }
        else if (ways.Contains("LOGIN"))
        {
            await Say("AUTH LOGIN", ct, 334);
            await Say(Base64(user), ct, 334);
            await Say(Base64(password), ct, 235);
        }
        else
        {
            throw new SmtpRefused(504, "the server offers neither AUTH PLAIN nor AUTH LOGIN");
        }

        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Hand over one mail; the server's last word, with its name for it.</summary>
    public async Task<string> Send(string from, string to, string mime, CancellationToken ct)
    {
        await Say($"MAIL FROM:<{from}>", ct, 250);
        Welcome = true;
        await Say($"RCPT TO:<{to}>", ct, 250, 251);
        Knows = true;
        await Say("DATA", ct, 354);
        var body = mime.EndsWith("\r\n", StringComparison.Ordinal) ? mime : mime + "\r\n";
        // A line that begins with a dot gets one more, so that none is the last one.
        if (body.StartsWith('.')) body = "." + body;
        await Write(body.Replace("\r\n.", "\r\n..", StringComparison.Ordinal), ct);
        Ended = true;
        await Write(".\r\n", ct);
        return await Expect(ct, 250);
    }

    public Task Quit(CancellationToken ct) => Say("QUIT", ct, 221);

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task Hello(string self, CancellationToken ct) => Can = [.. (await Say("EHLO " + self, ct, 250)).Split('\n').Skip(1)];

    private async Task<string> Say(string line, CancellationToken ct, params int[] expected)
    {
        // Nothing that people typed may bring a command of its own.
        if (line.AsSpan().ContainsAny('\r', '\n', '\0') && !line.StartsWith("AUTH ", StringComparison.Ordinal)) throw new SmtpRefused(501, "a line break in a command");
        await Write(line + "\r\n", ct);
        return await Expect(ct, expected);
    }

    private async Task Write(string text, CancellationToken ct)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        await stream.FlushAsync(ct);
    }

    // Lines 250-…, 250-…, 250 …: the texts, one to a line.
    private async Task<string> Expect(CancellationToken ct, params int[] expected)
    {
        var said = new StringBuilder();
        for (var lines = 0; lines < MostLines; lines++)
        {
            var line = await Line(ct);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var code)) throw new IOException("The server does not speak SMTP.");
            said.Append(said.Length == 0 ? "" : "\n").Append(line.Length > 4 ? line[4..] : "");
            if (line.Length > 3 && line[3] == '-') continue;
            return expected.Contains(code) ? said.ToString() : throw new SmtpRefused(code, said.ToString());
        }

        throw new IOException("The server's answer has no end.");
    }

    private async Task<string> Line(CancellationToken ct)
    {
        var line = new List<byte>();
        while (line.Count < LongestLine)
        {
            if (start == end)
            {
                (start, end) = (0, await stream.ReadAsync(buffer, ct));
                if (end == 0) throw new IOException("The server closed the line.");
            }

            var letter = buffer[start++];
            // Nothing stays in it that the database would not keep.
            if (letter == '\n') return MailAddress.Words(Encoding.UTF8.GetString([.. line]), LongestLine);
            line.Add(letter);
        }

        throw new IOException("The server's line has no end.");
    }
}
