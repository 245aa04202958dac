using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Customers;

/// <summary>Accounts, their people, and what staff noted about them.</summary>
public static class CustomersRoom
{
    public static IReadOnlyList<Fold> Folds { get; } = [new(["notes"], Sql.Read("Customers/notes.sql"))];

    public static IReadOnlyList<Replay> Replays { get; } =
    [
        new("customers", ["customer_id"],
            ["customer_id", "email", "organization", "github_username", "signup_date", "cohort", "industry", "team_size", "plan", "mrr", "owner",
                "status", "is_test", "archived_at", "external_ids", "traits"],
            Sql.Read("Customers/customer.sql"), type => type is EventTypes.CustomerCreated or EventTypes.CustomerUpdated, Sql.Read("Customers/emails.sql")),
        new("people", ["customer_id", "person_id"], ["customer_id", "person_id", "email", "name", "role", "first_seen", "removed_at"],
            Sql.Read("Customers/person.sql"), type => type == EventTypes.PersonUpdated),
    ];
}
