using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Events.Dialects;

/// <summary>Names as people chose them ("Order Completed", "orderCompleted", "$pageview") to types of ours (order_completed). Pure.</summary>
public static class EventName
{
    private const int Most = 100;

    private const string Accented = "àáâãäåāăąçćčďđèéêëēęěìíîïīłñńňòóôõöøōőŕřśšşțťùúûüūůűýÿźžżßæœ";
    private const string Plain = "aaaaaaaaacccddeeeeeeeiiiiilnnnooooooooorrsssttuuuuuuuyyzzzsao";

    /// <summary>Ours to write, or with a meaning of their own: another tool's event of the same name must not be taken for one.</summary>
    private static bool Owned(string type) =>
        EventTypes.Reserved.ContainsKey(type) || EventRules.NeedsCustomer(type)
        || type is "identify" or "group" or "alias" || type.StartsWith("identity_", StringComparison.Ordinal);

    /// <summary>What moves figures and scores of a customer: nobody may say these without a key.</summary>
    private static bool Counted(string type) =>
        type is EventTypes.IssueTagged or EventTypes.SupportRequest or EventTypes.ApiCall or EventTypes.Signup or EventTypes.ApiKeyCreated or EventTypes.SubscriptionChanged
        || type.StartsWith("pr_", StringComparison.Ordinal) || type.StartsWith("payment_", StringComparison.Ordinal);

    /// <summary>
    /// snake_case; a name of the product's own gets the source in front; one that would lose letters gets a hash of the
    /// whole behind, so that two names stay two.
    /// </summary>
    public static string Type(string name, string source, bool keyless = false)
    {
        var type = new StringBuilder(name.Length + 8);
        var (lost, before) = (false, ' ');
        for (var n = 0; n < name.Length; n++)
        {
            var letter = name[n];
            var small = char.ToLowerInvariant(letter);
            if (Accented.IndexOf(small) is >= 0 and var at) small = Plain[at];
            if (char.IsAsciiLetterLower(small) || char.IsAsciiDigit(small))
            {
                // A capital begins a word after a small letter or digit, and at the end of a run of capitals: "APIKey".
                var begins = char.IsUpper(letter)
                    && (char.IsLower(before) || char.IsAsciiDigit(before) || char.IsUpper(before) && n + 1 < name.Length && char.IsLower(name[n + 1]));
                if (begins && type.Length > 0 && type[^1] != '_') type.Append('_');
                type.Append(small);
            }
            else
            {
                lost |= char.IsLetterOrDigit(letter) || char.IsSurrogate(letter) || letter > 0x2fff;
                if (type.Length > 0 && type[^1] != '_') type.Append('_');
            }

            before = letter;
        }

        var plain = type.ToString().TrimEnd('_');
        if (plain.Length == 0 || char.IsAsciiDigit(plain[0])) plain = ("event_" + plain).TrimEnd('_');
        if (lost || type.Length == 0) plain = Cut(plain, Most - 9) + "_" + Hash(name);
        if (Owned(plain) || keyless && Counted(plain)) plain = source + "_" + plain;
        return plain.Length <= Most ? plain : Cut(plain, Most - 9) + "_" + Hash(name);
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most].TrimEnd('_');

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
