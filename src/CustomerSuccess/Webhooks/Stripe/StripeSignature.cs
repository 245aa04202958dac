using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Webhooks.Stripe;

/// <summary>
/// Stripe-Signature: <c>t=SECONDS,v1=HEX[,v1=HEX…]</c>, each v1 the lower-case hex HMAC-SHA256 of "t.body" under the whole
/// whsec_… text (docs.stripe.com/webhooks/signature). Read as Stripe's own library reads it: order free, several v1 while a
/// secret is rolled, v0 and whatever else ignored, no blanks, at most 300 s old, and a clock that runs ahead is believed. Pure.
/// </summary>
public static class StripeSignature
{
    public const int Tolerance = 300;

    /// <summary>Null where it is right; else no_signature, bad_signature or too_old.</summary>
    public static string? Problem(string? header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(header)) return "no_signature";
        string? time = null;
        var given = new List<byte[]>();
        foreach (var part in header.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            if (part.AsSpan(0, equals).SequenceEqual("t")) time = part[(equals + 1)..];
            else if (part.AsSpan(0, equals).SequenceEqual("v1") && given.Count < 16) given.Add(Encoding.UTF8.GetBytes(part[(equals + 1)..]));
        }

        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || given.Count == 0) return "bad_signature";
        var right = false;
        foreach (var secret in secrets)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            hmac.AppendData(Encoding.ASCII.GetBytes(time + "."));
            hmac.AppendData(body);
            var expected = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hmac.GetHashAndReset()));
            foreach (var one in given) right |= CryptographicOperations.FixedTimeEquals(one, expected);
        }

        // Judged last: what nobody signed is bad, however old it says it is.
        return !right ? "bad_signature" : now.ToUnixTimeSeconds() - seconds > Tolerance ? "too_old" : null;
    }
}
