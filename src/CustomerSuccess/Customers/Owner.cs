using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using Dapper;

namespace CustomerSuccess.Customers;

/// <summary>Who looks after a customer: the address of someone who signs in here, or nobody.</summary>
public static class Owner
{
    /// <summary>A fault where the owner is nobody we know; the address is written as the user has it.</summary>
    public static async Task Check(Deed deed, JsonObject fields, List<Fault> faults, CancellationToken ct)
    {
        if (fields["owner"]?.GetValue<string>() is not { Length: > 0 } owner) return;
        var known = await deed.Connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select email from users where normalized_email = upper(@owner) and disabled_at is null", new { owner }, deed.Transaction, cancellationToken: ct));
        if (known is null) faults.Add(new Fault("owner", $"'{owner}' is nobody who signs in here"));
        else fields["owner"] = known;
    }
}
