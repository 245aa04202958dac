using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// What is read from the log: the label every event gets and which events, as SQL of our own over the columns of events. Values that people typed
/// are in it as {0}, {1} …; they travel as parameters.
/// </summary>
/// <param name="Label">A text expression, never null.</param>
/// <param name="Which">A condition.</param>
/// <param name="Values">What stands for {0}, {1} ….</param>
/// <param name="Who">Whose each event is: a text expression that is never null.</param>
internal sealed record Reading(string Label, string Which, IReadOnlyList<string> Values, string Who = "subject")
{
    /// <summary>What stands between labels, and what a bot's event has in place of one.</summary>
    public const byte Divider = 1, Bot = 2;

    // What nobody did is left out. A group's event without a person is told by its subject, which saves reading each row to its last column.
    private const string Rows = "/*part*/ and (customer_id is not null or visitor_id is not null or person_id is not null or subject like '~g:%') and (/*which*/)";

    // A delimiter costs less than a column, but string_agg leaves out that of the first row it meets: a scan by place meets the same one
    // first as the select beside it.
    private const string ByPlace = "(select timestamptz_send(occurred_at) from events where /*rows*/ limit 1) || string_agg(int8send(hashtextextended(/*who*/, 0)), timestamptz_send(occurred_at))";

    private const string InAnyOrder = "string_agg(timestamptz_send(occurred_at) || int8send(hashtextextended(/*who*/, 0)), ''::bytea)";

    /// <summary>Every event under its type: what most questions are answered from.</summary>
    public static Reading Everything { get; } = new("type", "true", []);

    /// <summary>Two readings with the same key read the same.</summary>
    public string Key => string.Join('\n', [Who, Label, Which, .. Values]);

    /// <summary>
    /// The statement for one part, whose own parameters come first. place: it is a range of the table; clean: labels are searched for the divider,
    /// which hardly anybody ever sends.
    /// </summary>
    public string Statement(string part, bool place, bool clean, int parameters)
    {
        var label = clean ? $"translate({Label}, e'\\x01\\x02', '')" : Label;
        var filled = Sql.Read("Funnel/Engine/Memory/read_part.sql").Replace("/*turns*/", place ? ByPlace : InAnyOrder, StringComparison.Ordinal).Replace("/*rows*/", Rows, StringComparison.Ordinal)
            .Replace("/*who*/", Who, StringComparison.Ordinal).Replace("/*label*/", label, StringComparison.Ordinal).Replace("/*which*/", Which, StringComparison.Ordinal).Replace("/*part*/", part, StringComparison.Ordinal);
        for (var n = Values.Count - 1; n >= 0; n--)
            filled = filled.Replace($"{{{n}}}", string.Create(CultureInfo.InvariantCulture, $"${parameters + n + 1}"), StringComparison.Ordinal);
        return filled;
    }
}
