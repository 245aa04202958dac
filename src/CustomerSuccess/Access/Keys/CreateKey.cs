using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Keys;

/// <summary>Makes an API key. Its text is returned this once and kept nowhere.</summary>
public sealed class CreateKey(AuditLog audit, TimeProvider clock)
{
    /// <param name="Name">What it is for, 1 to 100 characters.</param>
    /// <param name="Scopes">Some of <see cref="Keys.Scopes.All"/>; a key of a customer may only have ingest and read.</param>
    /// <param name="CustomerId">Bound to this customer, or null for a key of the company.</param>
    /// <param name="RateLimit">Requests a second, or null for the default.</param>
    /// <param name="RotatedFrom">The key it replaces.</param>
    public sealed record Request(string Name, IReadOnlyList<string> Scopes, string? CustomerId = null, int? RateLimit = null, string? RotatedFrom = null);

    public sealed record Made(string Id, string Key);

    /// <summary>What is wrong with a request, by field; empty when nothing is.</summary>
    public static IReadOnlyDictionary<string, string> Problems(Request request)
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > 100) problems["name"] = "Give the key a name of 1 to 100 characters.";
        if (request.Scopes.Count == 0) problems["scopes"] = "Choose what the key may do: ingest, read or admin.";
        else if (request.Scopes.FirstOrDefault(scope => !Scopes.All.Contains(scope)) is { } unknown) problems["scopes"] = $"There is no scope '{unknown}'; choose from ingest, read, admin.";
        else if (request.CustomerId is not null && request.Scopes.Contains(Scopes.Admin)) problems["scopes"] = "A key of one customer cannot have the scope admin.";
        if (request.RateLimit is < 1 or > 1_000_000) problems["rate_limit"] = "The rate is between 1 and 1000000 requests a second.";
        return problems;
    }

    /// <summary>Writes the key in the caller's transaction. Whether the customer exists is the caller's to know.</summary>
    public async Task<Made> Run(NpgsqlConnection connection, NpgsqlTransaction transaction, Request request, string actor, CancellationToken ct)
    {
        if (Problems(request) is { Count: > 0 } problems) throw new ArgumentException(problems.Values.First(), nameof(request));
        var (id, secret, key) = ApiKey.Make();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into api_keys (id, name, secret_hash, scopes, customer_id, created_at, created_by, rate_limit, rotated_from)
            values (@id, @Name, @hash, @scopes, @CustomerId, @now, @actor, @RateLimit, @RotatedFrom)
            """,
            new { id, Name = request.Name.Trim(), hash = ApiKey.Hash(secret), scopes = request.Scopes.Distinct().ToArray(), request.CustomerId, now = clock.Now(), actor, request.RateLimit, request.RotatedFrom },
            transaction, cancellationToken: ct));
        await audit.Write(connection, transaction, actor, "key.created", "key:" + id, new { scopes = request.Scopes, customer = request.CustomerId, rotatedFrom = request.RotatedFrom }, ct);
        return new(id, key);
    }
}
