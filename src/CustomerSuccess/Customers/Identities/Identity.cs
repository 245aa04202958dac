namespace CustomerSuccess.Customers.Identities;

/// <summary>What can be linked, from the vaguest to the surest. A link leads up, or from a person to another.</summary>
public enum IdentityKind
{
    Visitor,
    Person,
    Group,
    Customer,
}

/// <summary>How identities are written: '~v:' visitor, '~p:' person, '~g:' group of another tool, else a customer's id.</summary>
public static class Identity
{
    /// <summary>A mail address that was seen with a person; it stands in pairs only.</summary>
    public const string Mail = "~e:";

    /// <summary>A customer's id that another tool has written down; whether there is such a customer is to be seen. It stands in pairs only, too.</summary>
    public const string Claimed = "~c:";

    /// <summary>Whether this is a name by which somebody may be found, and nobody to be linked to.</summary>
    public static bool IsClue(string identity) => identity.StartsWith(Mail, StringComparison.Ordinal) || identity.StartsWith(Claimed, StringComparison.Ordinal);

    public static IdentityKind Kind(string identity) =>
        identity.StartsWith("~v:", StringComparison.Ordinal) ? IdentityKind.Visitor
        : identity.StartsWith("~p:", StringComparison.Ordinal) ? IdentityKind.Person
        : identity.StartsWith("~g:", StringComparison.Ordinal) ? IdentityKind.Group
        : IdentityKind.Customer;

    /// <summary>The id as the other tool has it, or the customer's.</summary>
    public static string Id(string identity) => Kind(identity) == IdentityKind.Customer ? identity : identity[3..];

    /// <summary>Whether a text names a visitor, person or group.</summary>
    public static bool IsLinkable(string? identity) => identity is { Length: > 3 and <= 256 } && Kind(identity) != IdentityKind.Customer;

    public static string Word(IdentityKind kind) => kind switch
    {
        IdentityKind.Visitor => "visitor",
        IdentityKind.Person => "person",
        IdentityKind.Group => "group",
        _ => "customer",
    };

    /// <summary>Whether one may come to belong to the other: upwards, or a person to another name of the same person.</summary>
    public static bool MayLead(string from, string to) =>
        Kind(from) < Kind(to) || Kind(from) == IdentityKind.Person && Kind(to) == IdentityKind.Person && from != to;
}

/// <summary>The message that says so.</summary>
public sealed record Evidence(string Source, string Id)
{
    public static Evidence None { get; } = new("", "");

    /// <summary>What a page sends without a key (Events/Dialects/SiteDoors.cs), anyone can send.</summary>
    public static IReadOnlyList<string> OpenDoors { get; } = ["script", "plausible", "umami"];

    /// <summary>Sent with a write key, which stands in pages and apps for everyone to read.</summary>
    public bool PublicKey { get; init; }

    /// <summary>How it came, where that makes it weaker: a reader's words behind a comma.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Weakness => IsOpen ? ", sent without a key" : PublicKey ? ", public key" : "";

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOpen => OpenDoors.Contains(Source, StringComparer.Ordinal);
}

/// <summary>One identity comes to belong to another or to a customer.</summary>
public sealed record Link(string From, string To, string Rule, Evidence Evidence);

/// <summary>Why a link was made, as identities and events carry it.</summary>
public static class LinkRules
{
    public const string Named = "named", CustomerId = "customer_id", ExternalId = "external_id", Email = "email", GitHub = "github",
        PersonEmail = "person_email", Alias = "alias", SameMessage = "same_message", Members = "members", Staff = "staff";

    /// <summary>In a reader's words.</summary>
    public static string Words(string rule) => rule switch
    {
        Named => "a message named both",
        CustomerId => "the id is the customer's id",
        ExternalId => "the id is one of the customer's external ids",
        Email => "the address is the customer's",
        GitHub => "the GitHub name is the customer's",
        PersonEmail => "the address is that of a person of the customer",
        Alias => "the tool said they are the same",
        SameMessage => "seen together in one message",
        Members => "its people belong to this customer",
        Staff => "linked by hand",
        _ => rule,
    };
}
