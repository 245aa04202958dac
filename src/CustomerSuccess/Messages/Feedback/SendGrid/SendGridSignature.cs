using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Messages.Feedback.SendGrid;

/// <summary>
/// SendGrid's signed event webhook: ECDSA over P-256 and SHA-256, the signature DER in base64, over the timestamp header and the raw
/// body (docs.sendgrid.com, "Getting Started with the Event Webhook Security Features"). Pure.
/// </summary>
public static class SendGridSignature
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature", TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    /// <summary>SendGrid tries for a day; what is older is a replay. Within it a replay changes nothing, for every event has an id.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromHours(25), Future = TimeSpan.FromMinutes(5);

    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Null where one of the keys signed it and it is fresh; else no_signature, bad_signature or too_old.</summary>
    public static string? Problem(string? signature, string? timestamp, ReadOnlySpan<byte> body, IReadOnlyList<string> keys, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(signature) || string.IsNullOrEmpty(timestamp)) return "no_signature";
        if (timestamp.Length > 12 || !timestamp.All(char.IsAsciiDigit)) return "bad_signature";
        if (!Signed(signature, timestamp, body, keys)) return "bad_signature";
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        return now - at > Oldest || at - now > Future ? "too_old" : null;
    }

    /// <summary>The public key as SendGrid shows it. Throws where it is none.</summary>
    public static ECDsa Key(string base64)
    {
        var key = ECDsa.Create();
        try
        {
            var der = Convert.FromBase64String(base64);
            key.ImportSubjectPublicKeyInfo(der, out var read);
            if (read != der.Length || key.ExportParameters(false).Curve.Oid.Value != P256) throw new CryptographicException("It is on another curve.");
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static bool Signed(string signature, string timestamp, ReadOnlySpan<byte> body, IReadOnlyList<string> keys)
    {
        var der = new byte[100];
        if (signature.Length > 128 || signature.Any(char.IsWhiteSpace) || !Convert.TryFromBase64String(signature, der, out var length)) return false;
        var signed = new byte[timestamp.Length + body.Length];
        Encoding.ASCII.GetBytes(timestamp, signed);
        body.CopyTo(signed.AsSpan(timestamp.Length));
        foreach (var base64 in keys)
        {
            using var key = Key(base64);
            if (key.VerifyData(signed, der.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)) return true;
        }

        return false;
    }
}
