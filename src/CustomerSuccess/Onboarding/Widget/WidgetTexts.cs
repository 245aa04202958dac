using System.Collections.Frozen;
using System.Text.Json;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>The widget's own words, one file for each language: the script has them built in, the server says why it refuses with the same ones. Adding one is adding a file, its name here and in Client/texts.js.</summary>
public sealed record WidgetTexts(string Language, FrozenDictionary<string, string> Words)
{
    public static readonly IReadOnlyList<string> Languages = ["en", "de"];

    private static readonly FrozenDictionary<string, WidgetTexts> All = Languages.Select(Read).ToFrozenDictionary(texts => texts.Language, StringComparer.Ordinal);

    /// <summary>The language asked for, as in de or de-AT; English where we have none of it.</summary>
    public static WidgetTexts For(string? asked) => All.GetValueOrDefault(Base(asked)) ?? All["en"];

    /// <summary>The two letters in front, by which definitions name languages, too; en for what is none.</summary>
    public static string Base(string? asked) => asked is { Length: >= 2 and <= 35 } && char.IsAsciiLetter(asked[0]) && char.IsAsciiLetter(asked[1]) && (asked.Length == 2 || asked[2] is '-' or '_') ? asked[..2].ToLowerInvariant() : "en";

    /// <summary>The words with their places filled: {title}.</summary>
    public string Say(string name, params ReadOnlySpan<(string Place, string Text)> parts)
    {
        var text = Words[name];
        foreach (var (place, said) in parts) text = text.Replace("{" + place + "}", said, StringComparison.Ordinal);
        return text;
    }

    private static WidgetTexts Read(string language)
    {
        using var stream = typeof(WidgetTexts).Assembly.GetManifestResourceStream($"Onboarding/Widget/Texts/{language}.json")!;
        return new(language, JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
