using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Customers.Identities;

/// <summary>What rebuild compares and mends here: who is linked to whom, who was seen with whom, and how often.</summary>
public static class DerivedTables
{
    private const string Columns = "identity, target, customer_id, linked_at, rule, source, evidence, actor, changed_at, changes";

    // One snapshot holds the events and what was derived of them in the same transactions, so that nobody has to wait meanwhile.
    public static IReadOnlyList<Whole> All { get; } =
    [
        new("identities",
            $"""
            with {Sql.Read("Customers/Identities/identities_of_log.sql")}
            select coalesce(i.identity, d.identity), to_jsonb(i)::text, to_jsonb(d)::text
            from (select {Columns} from identities) i full join derived d on d.identity = i.identity
            where i is distinct from d order by 1
            """,
            $"""
            select pg_advisory_xact_lock(8, 1);
            with {Sql.Read("Customers/Identities/identities_of_log.sql")},
            gone as (delete from identities where identity not in (select identity from derived))
            insert into identities ({Columns}) select {Columns} from derived order by identity
            on conflict (identity) do update set target = excluded.target, customer_id = excluded.customer_id, linked_at = excluded.linked_at, rule = excluded.rule,
              source = excluded.source, evidence = excluded.evidence, actor = excluded.actor, changed_at = excluded.changed_at, changes = excluded.changes
            """),
        new("sightings",
            $"""
            with {Seen}
            select coalesce(s.identity, d.identity), to_jsonb(s)::text, to_jsonb(d)::text
            from (select identity, events, first_at, last_at, source, matched, keyless from sightings) s full join derived d on d.identity = s.identity
            where s is distinct from d order by 1
            """,
            $"""
            with {Seen},
            gone as (delete from sightings where identity not in (select identity from derived)),
            put_right as (
              update sightings s set events = s.events + d.events - o.events, first_at = d.first_at, last_at = greatest(d.last_at, s.last_at), source = d.source, matched = d.matched, keyless = d.keyless
              from derived d join sightings o on o.identity = d.identity
              where s.identity = d.identity and (o.events, o.first_at, o.last_at, o.source, o.matched, o.keyless) is distinct from (d.events, d.first_at, d.last_at, d.source, d.matched, d.keyless)
            )
            insert into sightings (identity, events, first_at, last_at, source, matched, keyless)
            select identity, events, first_at, last_at, source, matched, keyless from derived where identity not in (select identity from sightings) order by identity
            on conflict do nothing
            """),
        new("pairs",
            $"""
            with {Met}
            select coalesce(p.a, d.a) || ' ' || coalesce(p.b, d.b), p.b || ' ' || p.door, d.b || ' ' || d.door
            from (select a, b, door from pairs) p full join derived d on d.a = p.a and d.b = p.b and d.door = p.door
            where p.a is null or d.a is null order by 1
            """,
            $"""
            with {Met},
            gone as (delete from pairs p where not exists (select 1 from derived d where d.a = p.a and d.b = p.b and d.door = p.door))
            insert into pairs (a, b, first_at, source, id, door) select a, b, received_at, source, id, door from derived order by a, b, door on conflict do nothing
            """),
    ];

    // The folds' own words up to where they write, over the whole log.
    private static string Seen => $"""
        new as (select subject, type, occurred_at, source, customer_id from events where customer_id is null),
        {Before("Customers/Identities/sightings.sql", "sightings_now as (")},
        derived as materialized (
          select s.subject as identity, s.events, s.first_at, s.last_at, s.source, i.customer_id is not null as matched, s.keyless
          from seen_subjects s left join identities i on i.identity = s.subject
        )
        """;

    private static string Met => $"""
        new as (select subject, visitor_id, person_id, group_id, type, received_at, source, id, properties, actor from events),
        {Before("Customers/Identities/pairs.sql", "new_pairs as (")},
        derived as materialized (select distinct on (a, b, door) a, b, received_at, source, id, door from met_pairs order by a, b, door, received_at, source, id)
        """;

    private static string Before(string file, string part)
    {
        var text = Sql.Read(file);
        return text[..text.IndexOf(part, StringComparison.Ordinal)].TrimEnd().TrimEnd(',');
    }
}
