using System.Security.Cryptography;
using System.Text;
using CustomerSuccess.Access.Secrets;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Messages.Consent.Suppression;

/// <summary>
/// Addresses as a keyed hash: whoever has a copy of the database without the installation's secret cannot find out whose it was, and
/// a person who was erased is still recognised when somebody wants to write to them.
/// </summary>
public sealed class AddressKeys(Settings settings)
{
    private readonly Lazy<byte[]> key = new(() => Derived.Key(settings.SecretOrGenerated(), "suppression"));

    /// <summary>As addresses are compared: small letters, no spaces around.</summary>
    public static string Plain(string email) => email.Trim().ToLowerInvariant();

    public string Of(string email) => Convert.ToHexStringLower(HMACSHA256.HashData(key.Value, Encoding.UTF8.GetBytes(Plain(email))));
}
