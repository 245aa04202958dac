using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace CustomerSuccess.Messages.Consent.Texts;

/// <summary>The words of the pages that customers see, one file for each language; adding one is adding a file and its name here.</summary>
public sealed record PageTexts(string Language, FrozenDictionary<string, string> Words)
{
    public static readonly IReadOnlyList<string> Languages = ["en", "de"];

    private static readonly FrozenDictionary<string, PageTexts> All = Languages.Select(Read).ToFrozenDictionary(texts => texts.Language, StringComparer.Ordinal);

    public string this[string name] => Words[name];

    public string Other => Language == "de" ? "en" : "de";

    public string Say(string name, params ReadOnlySpan<object?> parts) => string.Format(CultureInfo.InvariantCulture, Words[name], parts);

    public static PageTexts In(string language) => All[language];

    /// <summary>The language asked for, else the first of the browser's that we have, else English.</summary>
    public static PageTexts For(string? asked, string? accepted)
    {
        if (asked is not null && All.TryGetValue(asked, out var chosen)) return chosen;
        var wanted = (accepted ?? "").Split(',', 20).Select(each => each.Split(';', 2)).Select((parts, n) => (Language: parts[0].Trim().Split('-')[0].ToLowerInvariant(), Weight: Weight(parts), n))
            .Where(each => All.ContainsKey(each.Language) && each.Weight > 0).OrderByDescending(each => each.Weight).ThenBy(each => each.n).Select(each => each.Language).FirstOrDefault();
        return All[wanted ?? "en"];
    }

    private static double Weight(string[] parts) =>
        parts.Length == 2 && parts[1].Trim() is ['q', '=', .. var q] ? double.TryParse(q, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) ? weight : 0 : 1;

    private static PageTexts Read(string language)
    {
        using var stream = typeof(PageTexts).Assembly.GetManifestResourceStream($"Messages/Consent/Texts/{language}.json")!;
        return new(language, JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
