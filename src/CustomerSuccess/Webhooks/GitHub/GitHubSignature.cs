using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Webhooks.GitHub;

/// <summary>
/// X-Hub-Signature-256: <c>sha256=</c> and the lower-case hex HMAC-SHA256 of the raw body under the secret
/// (docs.github.com, "Validating webhook deliveries"). Pure.
/// </summary>
public static class GitHubSignature
{
    private const string Prefix = "sha256=";

    /// <summary>Null where one of the secrets signed the body; else no_signature or bad_signature. Several secrets: one is being rolled.</summary>
    public static string? Problem(string? header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets)
    {
        if (string.IsNullOrEmpty(header)) return "no_signature";
        if (!header.StartsWith(Prefix, StringComparison.Ordinal) || header.Length != Prefix.Length + 64) return "bad_signature";
        var given = Encoding.UTF8.GetBytes(header[Prefix.Length..]);
        var right = false;
        // All of them, whichever fits: how long it takes tells nothing.
        foreach (var secret in secrets)
            right |= CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))));
        return right ? null : "bad_signature";
    }
}
