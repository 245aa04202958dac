using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Engagement;
using CustomerSuccess.Events;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.Matching;

/// <summary>What a link would change, found out by making it in a transaction that is rolled back.</summary>
public static class PreviewLink
{
    public sealed record Kind(string Type, long Events);

    /// <summary>A customer's figures. FirstTouch: page and referrer of the first page view; null: none is known.</summary>
    public sealed record Figures(
        int Score, string Status, string Stage, int OnboardingPercent, IReadOnlyList<string> Steps, DateOnly? Completed, GetEngagement.Totals Totals, long Events, Touch? FirstTouch);

    public sealed record Touch(DateTime At, string? Url, string? Referrer);

    /// <summary>
    /// Undo: the identity is linked, and this is what taking the link back would change. Events: of the identity and of those that lead
    /// through it, by type; Days: how many UTC days they lie on. MovesFrom: what it is linked to until then.
    /// </summary>
    public sealed record Answer(
        string Identity, string Target, bool Undo, string? CustomerId, string? Organization, long Events, DateTime? FirstSeen, DateTime? LastSeen, int Days,
        IReadOnlyList<Kind> ByType, int Through, Figures? Before, Figures? After, string? MovesFrom, string? Refused);

    /// <summary>
    /// Preview a link to a customer (or to another identity, with its id as `customer`), or without `customer` the undo of the link that stands. Nothing is changed.
    /// </summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem>> Handle(
        string? identity, string? customer, Links links, EventLog events, TimeProvider clock, CancellationToken ct)
    {
        if (!Identity.IsLinkable(identity)) return EventAnswers.Invalid([new Fault("identity", "must be ~v:, ~p: or ~g: and an id")]);
        return await Run(identity!, customer, links, events, clock, ct) is { } answer ? TypedResults.Ok(answer) : TypedResults.NotFound();
    }

    /// <summary>Null where there is no such customer, or nothing to undo.</summary>
    public static Task<Answer?> Run(string identity, string? target, Links links, EventLog events, TimeProvider clock, CancellationToken ct) => links.Do(async (connection, transaction) =>
    {
        var undo = string.IsNullOrEmpty(target);
        var standing = await ReadLinkFacts.Standings(connection, transaction, [identity, target ?? ""], ct);
        var linked = standing.GetValueOrDefault(identity);
        if (undo && linked?.To is null) return null;
        var to = undo ? linked!.To! : target!;
        var customer = undo ? linked!.Customer : Chains.End(to, standing.GetValueOrDefault)?.Customer;
        var organization = customer is null ? null : await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select organization from customers where customer_id = @customer", new { customer }, transaction, cancellationToken: ct));
        if (customer is not null && organization is null) return null;

        var through = await ReadLinkFacts.Below(connection, transaction, [identity], ct);
        var subjects = through.Keys.Append(identity).ToArray();
        var kinds = (await connection.QueryAsync<(string Type, long Events, DateTime First, DateTime Last)>(new CommandDefinition(
            """
            select type, count(*), min(occurred_at), max(occurred_at) from events
            where subject = any(@subjects) and customer_id is null and type not in ('identity_linked', 'identity_unlinked') group by type order by 2 desc, 1
            """, new { subjects }, transaction, cancellationToken: ct))).AsList();
        var days = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(distinct (occurred_at at time zone 'utc')::date)::integer from events where subject = any(@subjects) and customer_id is null and type not in ('identity_linked', 'identity_unlinked')",
            new { subjects }, transaction, cancellationToken: ct));

        var refused = undo ? null
            : !Identity.MayLead(identity, to) || Chains.Reaches(to, identity, standing.GetValueOrDefault) ? "It cannot belong there."
            : linked?.To == to ? "It belongs there already." : null;
        var before = customer is null ? null : await Read(connection, transaction, customer, clock, ct);
        if (refused is null)
        {
            if (linked?.To is not null) await MakeLinks.Undo(connection, transaction, events, identity, LinkedBy.Product(clock.Now()), ct);
            if (!undo) await MakeLinks.Run(connection, transaction, events, [new Link(identity, to, LinkRules.Staff, Evidence.None)], LinkedBy.Product(clock.Now()), ct);
        }

        var after = customer is null ? null : await Read(connection, transaction, customer, clock, ct);
        return new Answer(identity, to, undo, customer, organization, kinds.Sum(kind => kind.Events), kinds.Count == 0 ? null : kinds.Min(kind => kind.First),
            kinds.Count == 0 ? null : kinds.Max(kind => kind.Last), days, [.. kinds.Select(kind => new Kind(kind.Type, kind.Events))], through.Count, before, after, undo ? null : linked?.To, refused);
    }, ct, keep: _ => false);

    private static async Task<Figures> Read(NpgsqlConnection connection, NpgsqlTransaction transaction, string customer, TimeProvider clock, CancellationToken ct)
    {
        var facts = (await Facts.Now(connection, transaction, [customer], ct)).Single();
        var health = ScoreHealth.Of(facts, HealthModel.EarlyAccess, clock.Today());
        var totals = await connection.QuerySingleOrDefaultAsync<GetEngagement.Totals>(new CommandDefinition(
            GetEngagement.LifetimeQuery, new { id = customer }, transaction, cancellationToken: ct)) ?? GetEngagement.Sum([]);
        var onboarding = (await connection.QuerySingleAsync<OnboardingRecord.Row>(new CommandDefinition(OnboardingRecord.Query, new { id = customer }, transaction, cancellationToken: ct))).Shown();
        var touch = await connection.QueryFirstOrDefaultAsync<Touch>(new CommandDefinition(
            "select occurred_at as at, url, referrer from attributed where customer_id = @customer and type = 'page_view' order by occurred_at, id limit 1", new { customer }, transaction, cancellationToken: ct));
        var events = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from attributed where customer_id = @customer and type not in ('identity_linked', 'identity_unlinked')", new { customer }, transaction, cancellationToken: ct));
        return new Figures(health.Score, health.Status, onboarding.Stage, onboarding.Percent, [.. onboarding.Steps.Where(step => step.Done).Select(step => step.Step)], onboarding.CompletedDate, totals, events, touch);
    }
}
