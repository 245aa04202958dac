using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// What is read from the log: the label every event gets and which events, as SQL of our own over the columns of events. Values that people typed
/// are in it as {0}, {1} …; they travel as parameters.
/// </summary>
/// <param name="Label">A text expression.</param>
/// <param name="Which">A condition.</param>
/// <param name="Values">What stands for {0}, {1} ….</param>
/// <param name="Who">Whose each event is: a text expression that is never null.</param>
internal sealed record Reading(string Label, string Which, IReadOnlyList<string> Values, string Who = "subject")
{
    /// <summary>Every event under its type: what most questions are answered from.</summary>
    public static Reading Everything { get; } = new("type", "true", []);

    /// <summary>Two readings with the same key read the same.</summary>
    public string Key => string.Join('\n', [Who, Label, Which, .. Values]);

    /// <summary>The statement for one part, whose own parameters come first.</summary>
    public string Statement(string part, int parameters) => Fill(Sql.Read("Funnel/Engine/Memory/read_part.sql"), part, parameters);

    /// <summary>The labels of one part with their hashes.</summary>
    public string Names(string part, int parameters) =>
        Fill("select distinct hashtextextended(/*label*/, 1), /*label*/ from events where /*part*/ and (/*which*/)", part, parameters);

    private string Fill(string sql, string part, int parameters)
    {
        var filled = sql.Replace("/*who*/", Who, StringComparison.Ordinal).Replace("/*label*/", Label, StringComparison.Ordinal).Replace("/*which*/", Which, StringComparison.Ordinal).Replace("/*part*/", part, StringComparison.Ordinal);
        for (var n = Values.Count - 1; n >= 0; n--)
            filled = filled.Replace($"{{{n}}}", string.Create(CultureInfo.InvariantCulture, $"${parameters + n + 1}"), StringComparison.Ordinal);
        return filled;
    }
}
