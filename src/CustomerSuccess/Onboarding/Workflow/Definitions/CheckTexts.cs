using System.Text.RegularExpressions;
using CustomerSuccess.Events;

namespace CustomerSuccess.Onboarding.Workflow.Definitions;

/// <summary>What is wrong with the words of other languages. Pure.</summary>
internal static partial class CheckTexts
{
    public static void Run(List<Fault> faults, string at, IReadOnlyDictionary<string, OtherWords>? texts, bool about, bool task)
    {
        if (texts is null) return;
        if (texts.Count > 30) faults.Add(new(at, "are more than 30 languages"));
        foreach (var (language, words) in texts)
        {
            if (!Code().IsMatch(language)) faults.Add(new(at, $"'{(language.Length > 20 ? language[..19] + "…" : language)}' is no code of a language: two small letters, as in de"));
            var place = $"{at}.{language}";
            if (words is null)
            {
                faults.Add(new(place, "may not be null"));
                continue;
            }

            if (words.Title is { } title) CheckDefinition.Line(faults, place + ".title", title, 100);
            Only(words.About, "about", 500, about);
            Only(words.Help, "help", 2000, task);
            Only(words.Success, "success", 500, task);

            void Only(string? text, string field, int most, bool has)
            {
                if (text is null) return;
                if (has) CheckDefinition.Text(faults, $"{place}.{field}", text, most);
                else faults.Add(new($"{place}.{field}", "has nothing above that it could stand for"));
            }
        }
    }

    [GeneratedRegex("^[a-z]{2}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Code();
}
