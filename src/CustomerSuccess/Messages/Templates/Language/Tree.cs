using System.Text.Json;

namespace CustomerSuccess.Messages.Templates.Language;

/// <summary>
/// The facts as a template sees them: names like_this, and nothing but texts, numbers, flags, lists and groups, so that no template
/// reaches a method or a type of the program.
/// </summary>
public static class Tree
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static IReadOnlyDictionary<string, object?> Of(object letter) =>
        (IReadOnlyDictionary<string, object?>)Node(JsonSerializer.SerializeToElement(letter, letter.GetType(), Names), Shape.Of(letter.GetType()))!;

    private static object? Node(JsonElement json, Shape shape) => json.ValueKind switch
    {
        JsonValueKind.Object when shape.Kind == ShapeKind.Map => new AnyName(json.EnumerateObject().ToDictionary(member => member.Name, member => (object?)Plain(member.Value.GetString()!), StringComparer.Ordinal)),
        JsonValueKind.Object => json.EnumerateObject().ToDictionary(member => member.Name, member => Node(member.Value, shape.Member(member.Name)!), StringComparer.Ordinal),
        JsonValueKind.Array => json.EnumerateArray().Select(item => Node(item, shape.Item!)).ToList(),
        JsonValueKind.String => Plain(json.GetString()!),
        JsonValueKind.Number => json.GetInt64(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => "",
    };

    /// <summary>
    /// What people typed comes as one line of printable text, with no address that a mail program would make a link of: sign-up
    /// forms are used to send strangers mail with a link for a name.
    /// </summary>
    public static string Plain(string text)
    {
        if (IsAddress(text)) return text;
        var printable = new string([.. text.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? ' ' : letter)]);
        return printable.Replace("://", ": //", StringComparison.Ordinal).Replace("www.", "www ", StringComparison.OrdinalIgnoreCase);
    }

    // A value that is an address as a whole belongs into an href; CleanHtml looks at it there.
    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter is '"' or '\'' or '<' or '>');

    // A customer's traits: what is not set is empty, not unknown.
    private sealed class AnyName(Dictionary<string, object?> known) : IReadOnlyDictionary<string, object?>
    {
        public object? this[string key] => known.GetValueOrDefault(key, "");

        public IEnumerable<string> Keys => known.Keys;

        public IEnumerable<object?> Values => known.Values;

        public int Count => known.Count;

        public bool ContainsKey(string key) => true;

        public bool TryGetValue(string key, out object? value)
        {
            value = this[key];
            return true;
        }

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => known.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => known.GetEnumerator();
    }
}
