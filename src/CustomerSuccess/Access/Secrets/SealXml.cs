using System.Text;
using System.Xml.Linq;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace CustomerSuccess.Access.Secrets;

/// <summary>Encrypts the keys of cookies and form tokens, so that a copy of the database opens no session.</summary>
public sealed class SealXml(Settings settings) : IXmlEncryptor
{
    internal const string Purpose = "data protection";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var closed = Seal.Close(settings, Purpose, Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)));
        return new(new XElement("sealed", Convert.ToBase64String(closed)), typeof(OpenXml));
    }
}

/// <summary>The way back; ASP.NET Core finds it by the name stored with the key.</summary>
public sealed class OpenXml(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(Encoding.UTF8.GetString(
        Seal.Open(services.GetRequiredService<Settings>(), SealXml.Purpose, Convert.FromBase64String(encryptedElement.Value))));
}
