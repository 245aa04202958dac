using System.Text.Json;
using CustomerSuccess.Customers;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Customers.Notes;
using CustomerSuccess.Customers.People;
using CustomerSuccess.Engagement;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Journeys;
using CustomerSuccess.Health;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Log;
using CustomerSuccess.Milestones;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Onboarding.Workflow;
using CustomerSuccess.Platform;
using CustomerSuccess.Web.CustomerPage.Advice;
using CustomerSuccess.Web.CustomerPage.Timeline;
using Dapper;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Web.CustomerPage;

/// <summary>What of a customer is looked at, as it stands in the address. Unknown values are ignored.</summary>
public sealed record CustomerLook
{
    /// <summary>7, 30 or 90 days of engagement.</summary>
    [FromQuery(Name = "days")] public string? Days { get; init; }

    /// <summary>A past day: health as it was then.</summary>
    [FromQuery(Name = "as_of")] public string? AsOf { get; init; }

    /// <summary>A group of the timeline, or a type.</summary>
    [FromQuery(Name = "type")] public string? Type { get; init; }

    /// <summary>Where the timeline begins.</summary>
    [FromQuery(Name = "before")] public string? Before { get; init; }

    public int Window => Days is "30" or "90" ? int.Parse(Days) : 7;

    public DateOnly? Day(DateOnly today) => AsOf is not null && Platform.Days.TryParse(AsOf, out var day) && day < today ? day : null;

    /// <summary>The same look with some of it changed; null or empty takes it out.</summary>
    public string Url(string path, params (string Name, string? Value)[] changed)
    {
        var query = new[] { ("days", Window == 7 ? null : Days), ("as_of", AsOf), ("type", Type), ("before", Before) }
            .Select(each => (Name: each.Item1, Value: changed.Any(change => change.Name == each.Item1) ? changed.First(change => change.Name == each.Item1).Value : each.Item2))
            .Where(each => !string.IsNullOrEmpty(each.Value)).Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}").ToList();
        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }
}

/// <summary>The score at the end of a day on which it changed.</summary>
public sealed record ScoreOfDay(DateOnly Day, int Score, string Status, string Points);

/// <summary>
/// Everything the page of a customer shows, read in one round trip (three for a past day). Health is today's; Shown is that, or as it was
/// on the day asked for.
/// </summary>
public sealed record CustomerView(
    Customer Customer, OnboardingRecord Onboarding, GetHealth.Answer Health, GetHealth.Answer Shown, IReadOnlyList<ScoreOfDay> Scores,
    IReadOnlyList<GetEngagement.Day> Days, GetEngagement.Totals Lifetime, long SupportThisMonth,
    IReadOnlyList<Person> People, IReadOnlyList<LinkedIdentity> Linked, IReadOnlyList<Note> Notes, IReadOnlyList<TimelineRow> Timeline, IReadOnlyDictionary<string, string> Names, Journey? Journey, IReadOnlyList<LoggedMessage> Messages, DateOnly Today)
{
    /// <summary>The stages and tasks of its onboarding.</summary>
    public required ShownWorkflow Workflow { get; init; }

    /// <summary>What it reached, and how far it is.</summary>
    public required CustomerMilestones Milestones { get; init; }

    /// <summary>What each address of the customer gets by mail.</summary>
    public IReadOnlyList<AddressPreferences> Mail { get; init; } = [];

    public const int HistoryDays = 90;
    public const int TimelineRows = 120;

    /// <summary>Null where there is no such customer.</summary>
    public static async Task<CustomerView?> Read(NpgsqlDataSource db, string id, CustomerLook look, DateOnly today, CancellationToken ct)
    {
        var filter = TimelineFilter.Read(look.Type, null, look.Before, []);
        var args = filter.Args(id, TimelineRows + 1);
        args.Add("customers", new[] { id });
        args.Add("today", today);
        args.Add("from", today.AddDays(1 - Math.Max(30, look.Window)));
        args.Add("since", today.AddDays(1 - HistoryDays));
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(Query, args, cancellationToken: ct));
        if (await read.ReadSingleOrDefaultAsync<Customer.Row>() is not { } customer) return null;
        var onboarding = (await read.ReadSingleAsync<OnboardingRecord.Row>()).Shown();
        var facts = await read.ReadSingleAsync<HealthFacts>();
        var days = GetEngagement.EveryDay((await read.ReadAsync<GetEngagement.Day>()).AsList(), today.AddDays(1 - Math.Max(30, look.Window)), today);
        var lifetime = await read.ReadSingleOrDefaultAsync<GetEngagement.Totals>() ?? GetEngagement.Sum([]);
        var scores = (await read.ReadAsync<ScoreOfDay>()).AsList();
        var people = (await read.ReadAsync<Person>()).AsList();
        var linked = (await read.ReadAsync<LinkedIdentity>()).AsList();
        var notes = (await read.ReadAsync<Note>()).AsList();
        var names = (await read.ReadAsync<(string Email, string Name)>()).ToDictionary(user => user.Email, user => user.Name, StringComparer.OrdinalIgnoreCase);
        var timeline = (await read.ReadAsync<TimelineRow>()).AsList();
        var journey = (await read.ReadSingleOrDefaultAsync<Journey.Row>())?.Shown();
        var messages = (await read.ReadAsync<LoggedMessage>()).AsList();
        await read.DisposeAsync();
        // Nothing was known yet on a day before the first event: then today's it is, and the page says so.
        var health = Now(facts, scores, today);
        var shown = look.Day(today) is { } past ? await AsOf(connection, id, past, ct) ?? health : health;
        return new CustomerView(
            customer.Shown(), onboarding, health, shown, scores, [.. days.TakeLast(look.Window)], lifetime, days.TakeLast(30).Sum(day => day.SupportRequests), people, linked, notes, timeline, names, journey, messages, today)
        {
            Workflow = ShownWorkflow.Of((await ReadWorkflow.One(connection, null, id, ct))!, today.End()),
            Milestones = (await ReadProgress.One(connection, id, today, ct))!,
            Mail = await ReadPreferences.OfAddresses(connection, id, [customer.Email, .. people.Select(person => person.Email)], ct),
        };
    }

    /// <summary>The range of the engagement chart, summed.</summary>
    public GetEngagement.Totals Period => GetEngagement.Sum(Days);

    /// <summary>What is proposed; what was recorded as taken in the last 14 days is marked with its note.</summary>
    public IReadOnlyList<(Proposal Proposal, Note? Taken)> Proposals(string sender)
    {
        var idle = Today.DayNumber - (Lifetime.LastActive ?? Customer.SignupDate).DayNumber;
        var situation = new Situation(
            Customer.Organization, People.FirstOrDefault()?.Shown ?? Customer.Email, Health.Status, Health.Score, Health.Trend, Health.WeekAgo,
            Onboarding.BlockerType, Onboarding.Notes, Onboarding.CompletedDate is null ? Onboarding.Steps.FirstOrDefault(step => !step.Done)?.Step : null, Onboarding.CompletedDate is not null,
            Today.DayNumber - Customer.SignupDate.DayNumber, idle, Lifetime.LastActive is not null,
            Lifetime.PrsGenerated, Lifetime.PrsMerged, Lifetime.PrsRejected, SupportThisMonth, sender);
        var since = Today.AddDays(-14).Start();
        return [.. Recommend.For(situation)
            .Select(proposal => (proposal, Notes.FirstOrDefault(note => note.CreatedAt >= since && note.Action.Split(':')[0] == proposal.Name)))
            .OrderBy(each => each.Item2 is null ? 0 : 1)];
    }

    /// <summary>The score of each day from the first known one on, at most 90; between two changes it stays. Pure.</summary>
    public static IReadOnlyList<(DateOnly Day, int Score)> ByDay(IReadOnlyList<ScoreOfDay> changes, DateOnly today)
    {
        if (changes.Count == 0) return [];
        var first = today.AddDays(1 - HistoryDays) is var start && changes[0].Day > start ? changes[0].Day : start;
        return [.. Enumerable.Range(0, today.DayNumber - first.DayNumber + 1).Select(n => first.AddDays(n)).Select(day => (day, changes.Last(change => change.Day <= day).Score))];
    }

    /// <summary>Who did it, as people call them; null where nobody in particular did.</summary>
    public string? By(string? actor) => actor switch
    {
        null or "system" => null,
        "cli" => "the command line",
        _ when actor.StartsWith("user:", StringComparison.Ordinal) => Names.TryGetValue(actor[5..], out var name) && name.Length > 0 ? name : actor[5..],
        _ when IsKey(actor) => "API",
        // Before the widget: the person their product names, else the account.
        _ when actor.StartsWith("widget:", StringComparison.Ordinal) => actor[7..] == Customer.Id ? "the customer" : actor[7..],
        _ => actor,
    };

    /// <summary>By whom, or through which source: by Maya, through GitHub. Events that a customer's program sends have neither.</summary>
    public string? Credit(string? actor, string source) =>
        source == "csv" ? "by import"
        : actor is not null && IsKey(actor) ? source switch { "native" or "system" => null, "api" => "through the API", _ => "through " + Platform.Kit.Words.Plain(source) }
        : By(actor) is { } name ? "by " + name + (source == "widget" ? ", in the widget" : "")
        : source is "native" or "ui" or "api" or "system" ? null : "through " + Platform.Kit.Words.Plain(source);

    private static bool IsKey(string actor) => actor.StartsWith("key:", StringComparison.Ordinal) || actor.StartsWith(Access.Actors.CustomerKey, StringComparison.Ordinal);

    private static GetHealth.Answer Now(HealthFacts facts, List<ScoreOfDay> scores, DateOnly today)
    {
        var before = scores.LastOrDefault(score => score.Day <= today.AddDays(-7));
        return GetHealth.Explain(facts, before?.Score, before is null ? [] : JsonSerializer.Deserialize<List<HealthLine>>(before.Points, JsonSerializerOptions.Web)!, today);
    }

    // Worked out from the log alone, with what was known then.
    private static async Task<GetHealth.Answer?> AsOf(NpgsqlConnection connection, string id, DateOnly day, CancellationToken ct)
    {
        if (await Facts.AsOf(connection, null, [id], day, ct) is not [var facts]) return null;
        var before = await Facts.AsOf(connection, null, [id], day.AddDays(-7), ct) is [var week] ? ScoreHealth.Of(week, HealthModel.EarlyAccess, day.AddDays(-7)) : null;
        return GetHealth.Explain(facts, before?.Score, before?.Lines ?? [], day);
    }

    private static readonly string Query = string.Join(";\n",
        Customer.Query, OnboardingRecord.Query, Sql.Read("Health/facts_now.sql"), GetEngagement.DaysQuery, GetEngagement.LifetimeQuery,
        Sql.Read("Web/CustomerPage/scores.sql"), Person.All, LinkedIdentity.Query, Note.All, "select email, name from users order by email limit 500",
        Sql.Read("Web/CustomerPage/Timeline/timeline.sql"), Journey.OneQuery, LoggedMessage.OfCustomerQuery);
}
