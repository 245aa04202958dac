using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Access.Keys;

/// <summary>What a key looks like: cs_&lt;12 characters of public id&gt;_&lt;43 characters of secret, 256 random bits&gt;.</summary>
public static class ApiKey
{
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int IdLength = 12;
    private const int SecretLength = 43;
    private const string Start = "cs_";

    /// <summary>A new public id, a new secret, and the key as its owner sees it this once.</summary>
    public static (string Id, string Secret, string Key) Make()
    {
        var id = RandomNumberGenerator.GetString(Alphabet, IdLength);
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return (id, secret, Start + id + "_" + secret);
    }

    /// <summary>Id and secret of a presented key; false for anything that is not one.</summary>
    public static bool TryRead(string text, out string id, out string secret)
    {
        (id, secret) = ("", "");
        if (text.Length != Start.Length + IdLength + 1 + SecretLength || !text.StartsWith(Start, StringComparison.Ordinal)) return false;
        if (text[Start.Length + IdLength] != '_' || text.AsSpan(Start.Length, IdLength).ContainsAnyExcept(Alphabet)) return false;
        (id, secret) = (text.Substring(Start.Length, IdLength), text[(Start.Length + IdLength + 1)..]);
        return true;
    }

    /// <summary>What is stored. A plain hash is enough for 256 random bits: there is nothing to guess.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
