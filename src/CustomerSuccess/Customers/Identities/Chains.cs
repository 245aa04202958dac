namespace CustomerSuccess.Customers.Identities;

/// <summary>How an identity stands: what it is linked to (null: a person took it apart), and since when.</summary>
public sealed record Standing(string? To, DateTime ChangedAt, string? Customer = null, DateTime LinkedAt = default, int Changes = 0, string Rule = "");

/// <summary>Where links lead in the end. Pure; identities.sql of rebuild says the same in SQL.</summary>
public static class Chains
{
    /// <summary>Visitor → person → another name of it, and again → group → customer.</summary>
    public const int MostHops = 5;

    /// <summary>
    /// The customer this leads to, and since when: the youngest link on the way. Null where the way ends before a customer, is longer
    /// than <see cref="MostHops"/> or leads in a circle.
    /// </summary>
    public static (string Customer, DateTime Since)? End(string identity, Func<string, Standing?> standing)
    {
        var since = DateTime.MinValue;
        for (var hop = 0; hop <= MostHops; hop++)
        {
            if (Identity.Kind(identity) == IdentityKind.Customer) return (identity, since);
            if (standing(identity) is not { To: { } next } link) return null;
            if (link.ChangedAt > since) since = link.ChangedAt;
            identity = next;
        }

        return null;
    }

    /// <summary>Whether the way from one reaches the other, so that a link back would close a circle.</summary>
    public static bool Reaches(string from, string other, Func<string, Standing?> standing)
    {
        for (var hop = 0; hop <= MostHops && from != other; hop++)
        {
            if (standing(from)?.To is not { } next) return false;
            from = next;
        }

        return true;
    }
}
