using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Access.Secrets;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>Whose preferences a link in a mail opens: this customer's, for this address and nobody else's; which mail it was in, and its topic.</summary>
public sealed record PreferenceToken(string Customer, string Email, string Topic, string Message, DateOnly Issued);

/// <summary>
/// Makes and opens those links: encrypted and authenticated (AES-256-GCM) under a key of their own, derived from the installation's secret.
/// The address cannot be read from the link, and nothing of it can be changed. They work without a row in the database for five years:
/// a mail is opened long after it was sent.
/// </summary>
public sealed class PreferenceTokens(Settings settings, TimeProvider clock)
{
    /// <summary>In front of the token. Another way of making them gets another letter, and those of before go on working.</summary>
    private const char Version = 'a';

    private const string Purpose = "preferences " + "a";
    private const int Years = 5, Longest = 2000;

    public enum State
    {
        Right,
        Wrong,
        Old,
    }

    public string Make(string customer, string email, string topic, string message) => Version + Base64Url.EncodeToString(Seal.Close(
        settings, Purpose, JsonSerializer.SerializeToUtf8Bytes(new[] { customer, email, topic, message, clock.Today().Iso() })));

    /// <summary>What it says, where it is one of ours.</summary>
    public (State State, PreferenceToken? Token) Read(string text)
    {
        // 39: a nonce, a tag and the shortest text there could be.
        if (text.Length is < 39 or > Longest || text[0] != Version || !Base64Url.IsValid(text.AsSpan(1))) return (State.Wrong, null);
        try
        {
            var closed = Base64Url.DecodeFromChars(text.AsSpan(1));
            // One text for one token: the bits that base64 leaves over are none.
            if (Base64Url.EncodeToString(closed) != text[1..]) return (State.Wrong, null);
            if (JsonSerializer.Deserialize<string[]>(Encoding.UTF8.GetString(Seal.Open(settings, Purpose, closed))) is not [var customer, var email, var topic, var message, var day]) return (State.Wrong, null);
            var issued = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
            return issued.AddYears(Years) < clock.Today() ? (State.Old, null) : (State.Right, new(customer, email, topic, message, issued));
        }
        catch (Exception error) when (error is Trouble or CryptographicException or JsonException or FormatException or ArgumentException)
        {
            return (State.Wrong, null);
        }
    }
}
