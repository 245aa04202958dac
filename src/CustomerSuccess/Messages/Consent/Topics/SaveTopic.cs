using CustomerSuccess.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Topics;

/// <summary>Adds a topic or changes what is said about one. A topic is never removed: people have chosen about it.</summary>
public static class SaveTopic
{
    private const int LongestName = 60, LongestDescription = 300, MostHours = 720;

    public static IEnumerable<Fault> Faults(TopicPages.TopicForm form)
    {
        static bool Line(string? text, int most) => (text ?? "").Trim() is var line && line.Length <= most && !line.Any(char.IsControl);
        if ((form.Topic ?? "").Trim() is not { Length: > 0 and <= 40 } id || !id.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_'))
            yield return new("topic", "must be 1 to 40 small letters, digits and _");
        if (string.IsNullOrWhiteSpace(form.Name) || !Line(form.Name, LongestName)) yield return new("name", $"must be one line of 1 to {LongestName} characters");
        if (!Line(form.NameDe, LongestName)) yield return new("name_de", $"must be one line of at most {LongestName} characters");
        if (!Line(form.Description, LongestDescription)) yield return new("description", $"must be one line of at most {LongestDescription} characters");
        if (!Line(form.DescriptionDe, LongestDescription)) yield return new("description_de", $"must be one line of at most {LongestDescription} characters");
        if (!Pace.All.Contains(form.Pace ?? "", StringComparer.Ordinal)) yield return new("pace", $"must be one of {string.Join(", ", Pace.All)}");
        if (TopicPages.Number(form.WaitsHours) is < 0 or > MostHours) yield return new("waits_hours", $"must be a whole number from 0 to {MostHours}");
    }

    public static Task Run(NpgsqlConnection connection, NpgsqlTransaction transaction, TopicPages.TopicForm form, string actor, DateTime now, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into topics (topic, name, description, name_de, description_de, pace, waits_hours, changed_at, changed_by)
            values (@topic, @name, @description, @nameDe, @descriptionDe, @Pace, @hours, @now, @actor)
            on conflict (topic) do update set name = excluded.name, description = excluded.description, name_de = excluded.name_de, description_de = excluded.description_de,
              pace = excluded.pace, waits_hours = excluded.waits_hours, changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """,
            new
            {
                topic = form.Topic!.Trim(),
                name = form.Name!.Trim(),
                description = (form.Description ?? "").Trim(),
                nameDe = (form.NameDe ?? "").Trim(),
                descriptionDe = (form.DescriptionDe ?? "").Trim(),
                form.Pace,
                hours = TopicPages.Number(form.WaitsHours),
                now,
                actor,
            }, transaction, cancellationToken: ct));
}
