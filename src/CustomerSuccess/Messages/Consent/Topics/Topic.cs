using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Topics;

/// <summary>How a topic's messages behave.</summary>
public static class Pace
{
    /// <summary>Cannot be switched off; no cap, no quiet hours.</summary>
    public const string Transactional = "transactional";

    /// <summary>Answers what the customer just did: goes at once, and counts towards the caps of the others.</summary>
    public const string Prompt = "prompt";

    /// <summary>Obeys caps, quiet hours and the preferred time.</summary>
    public const string Planned = "planned";

    public static readonly IReadOnlyList<string> All = [Transactional, Prompt, Planned];
}

/// <summary>What a person can do without, or cannot. Names and description as people read them, German ones empty where there are none.</summary>
public sealed record Topic(string Name, string Title, string Description, string TitleDe, string DescriptionDe, string Pace, int WaitsHours, int Position)
{
    /// <summary>The ones the product sends by itself.</summary>
    public const string Account = "account", Onboarding = "onboarding", Product = "product", WeeklySummary = "weekly_summary", ReEngagement = "re_engagement";

    /// <summary>Every topic without a choice of its own.</summary>
    public const string Everything = "*";

    private const string Columns = "topic as name, name as title, description, name_de as title_de, description_de, pace, waits_hours, position";

    public const string OneQuery = $"select {Columns} from topics where topic = @topic";

    private const string AllQuery = $"select {Columns} from topics order by position, topic";

    public bool Transactional => Pace == Topics.Pace.Transactional;

    public TimeSpan Waits => TimeSpan.FromHours(WaitsHours);

    /// <summary>A topic that nobody listed: as careful as the most careful one.</summary>
    public static Topic Unknown(string name) => new(name, Platform.Kit.Words.Plain(name), "", "", "", Topics.Pace.Planned, 72, 1000);

    public string TitleIn(string language) => language == "de" && TitleDe.Length > 0 ? TitleDe : Title;

    public string DescriptionIn(string language) => language == "de" && DescriptionDe.Length > 0 ? DescriptionDe : Description;

    public static async Task<IReadOnlyList<Topic>> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        (await connection.QueryAsync<Topic>(new CommandDefinition(AllQuery, null, transaction, cancellationToken: ct))).AsList();
}
