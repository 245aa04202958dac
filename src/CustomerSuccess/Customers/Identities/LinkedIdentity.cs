using System.Text.Json.Nodes;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Somebody of another tool who is linked to a customer, and what that tool last told about them.</summary>
public sealed record LinkedIdentity(string Identity, string Target, string Rule, string Source, string Evidence, DateTime ChangedAt, string? Traits, bool PublicKey)
{
    /// <summary>Those of a customer, at most 60, people first. A trait is looked for among the last 200 events.</summary>
    public const string Query =
        """
        select i.identity, i.target, i.rule, i.source, i.evidence, i.changed_at, t.properties as traits, k.is is not null as public_key
        from (select * from identities where customer_id = @id order by left(identity, 3) = '~v:', identity limit 60) i
        left join lateral (
          select r.properties::text from (select type, properties from events e where e.subject = i.identity order by occurred_at desc, received_at desc, e.id desc limit 200) r
          where r.type in ('identify', 'group') limit 1
        ) t on left(i.identity, 3) <> '~v:'
        left join lateral (select 1 as is from pairs p where p.a = i.identity and p.source = i.source and p.id = i.evidence and p.door = 'public' limit 1) k on true
        order by left(i.identity, 3) = '~v:', i.identity
        """;

    /// <summary>What a person would call them, and what else is known, in one line.</summary>
    public string Told
    {
        get
        {
            if (Traits is null || JsonNode.Parse(Traits) is not JsonObject told) return "";
            var known = new[] { "name", "email", "company", "plan", "title", "role" }.Select(name => Identities.Traits.Text(told, name)).OfType<string>();
            return string.Join(", ", known.Where(text => text != Identities.Identity.Id(Identity)).Distinct(StringComparer.Ordinal).Take(4));
        }
    }

    /// <summary>Why it is believed, as a reader may want to know on hover.</summary>
    public string Why => LinkRules.Words(Rule) + (Evidence.Length > 0 ? $" (message {Evidence} of {Source}{(PublicKey ? ", public key" : "")})" : "") + (Target.StartsWith('~') ? $", by way of {Identities.Identity.Id(Target)}" : "");
}
