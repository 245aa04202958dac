namespace CustomerSuccess.Customers.People;

/// <summary>Somebody who works at a customer.</summary>
public sealed record Person(string PersonId, string Email, string Name, string Role, DateTime FirstSeen, DateTime? RemovedAt)
{
    internal const string One = "select person_id, email, name, role, first_seen, removed_at from people where customer_id = @id and person_id = @person";

    internal const string All =
        """
        select person_id, email, name, role, first_seen, removed_at from people
        where customer_id = @id and removed_at is null order by lower(name), lower(email), person_id limit 200
        """;

    /// <summary>What to call them.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Shown => Name.Length > 0 ? Name : Email.Length > 0 ? Email : PersonId;
}
