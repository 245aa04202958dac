using System.Security.Cryptography;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Access.Secrets;

/// <summary>Encrypts what is kept in the database with the installation's secret (AES-256-GCM): nonce, tag and cipher in one.</summary>
public static class Seal
{
    private const int Nonce = 12, Tag = 16;

    /// <param name="settings">Holds the installation's secret.</param>
    /// <param name="purpose">What it is kept for; opened for another purpose it is garbage.</param>
    /// <param name="plain">What nobody may read from a copy of the database.</param>
    public static byte[] Close(Settings settings, string purpose, ReadOnlySpan<byte> plain)
    {
        var closed = new byte[Nonce + Tag + plain.Length];
        RandomNumberGenerator.Fill(closed.AsSpan(0, Nonce));
        using var aes = new AesGcm(Derived.Key(settings.SecretOrGenerated(), purpose), Tag);
        aes.Encrypt(closed.AsSpan(0, Nonce), plain, closed.AsSpan(Nonce + Tag), closed.AsSpan(Nonce, Tag));
        return closed;
    }

    /// <summary>The way back; a <see cref="Trouble"/> where it was closed with another secret.</summary>
    public static byte[] Open(Settings settings, string purpose, ReadOnlySpan<byte> closed)
    {
        var plain = new byte[closed.Length - Nonce - Tag];
        using var aes = new AesGcm(Derived.Key(settings.SecretOrGenerated(), purpose), Tag);
        try
        {
            aes.Decrypt(closed[..Nonce], closed[(Nonce + Tag)..], closed.Slice(Nonce, Tag), plain);
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new Trouble("The secrets in the database were made with another CS_SECRET.", "Start with the secret that was used before, the same for every copy.", error);
        }

        return plain;
    }
}
