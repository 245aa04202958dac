namespace CustomerSuccess.Customers.Notes;

/// <summary>What staff wrote down about a customer. Action: the recommended action it records, if any, as "name:done" or "name:scheduled".</summary>
public sealed record Note(string NoteId, string Author, string Text, string Action, DateTime CreatedAt)
{
    internal const string All =
        """
        select note_id, author, text, action, created_at from notes
        where customer_id = @id and (removed_at is null or restored_at > removed_at) order by created_at desc, note_id desc limit 100
        """;
}
