using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace CustomerSuccess.Access.Secrets;

/// <summary>Encrypts the keys of cookies and form tokens with the installation's secret (AES-256-GCM), so that a copy of the database opens no session.</summary>
public sealed class SealXml(Settings settings) : IXmlEncryptor
{
    internal const string Purpose = "data protection";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var (nonce, tag, cipher) = (RandomNumberGenerator.GetBytes(12), new byte[16], new byte[plain.Length]);
        using var aes = new AesGcm(Derived.Key(settings.SecretOrGenerated(), Purpose), tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        return new(new XElement("sealed", Convert.ToBase64String([.. nonce, .. tag, .. cipher])), typeof(OpenXml));
    }
}

/// <summary>The way back; ASP.NET Core finds it by the name stored with the key.</summary>
public sealed class OpenXml(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var bytes = Convert.FromBase64String(encryptedElement.Value);
        var plain = new byte[bytes.Length - 28];
        using var aes = new AesGcm(Derived.Key(services.GetRequiredService<Settings>().SecretOrGenerated(), SealXml.Purpose), 16);
        try
        {
            aes.Decrypt(bytes.AsSpan(0, 12), bytes.AsSpan(28), bytes.AsSpan(12, 16), plain);
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new Trouble("The keys in the database were made with another CS_SECRET.", "Start with the secret that was used before, the same for every copy.", error);
        }

        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
