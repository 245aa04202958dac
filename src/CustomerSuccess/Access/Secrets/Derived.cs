using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Access.Secrets;

/// <summary>Keys for different purposes out of the installation's one secret; knowing one tells nothing about another.</summary>
public static class Derived
{
    public static byte[] Key(string secret, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, salt: null, info: Encoding.UTF8.GetBytes("customer-success " + purpose));
}
