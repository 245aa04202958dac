using System.Security.Claims;
using System.Security.Cryptography;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Webhooks.Setup;

/// <summary>Changes what was entered for a provider: adds or removes a signing secret, sets the label and the app. In the audit log, without the secret.</summary>
public sealed class ChangeArrangement(NpgsqlDataSource db, Arrangements arrangements, AuditLog audit, TimeProvider clock)
{
    /// <summary>While one is rolled there are two.</summary>
    public const int MostSecrets = 3;

    /// <param name="Secret">To add; null: none.</param>
    /// <param name="Make">Make one here instead.</param>
    /// <param name="Label">The label that means "tagged"; empty: the default.</param>
    /// <param name="App">Login or slug of the app.</param>
    public sealed record Request(string? Secret, bool Make, string Label, string App);

    /// <summary>The secret made here, to be shown once; or what is wrong, by field.</summary>
    public sealed record Outcome(string? Made = null, IReadOnlyDictionary<string, string>? Problems = null);

    public async Task<Outcome> Run(Provider provider, Request request, ClaimsPrincipal who, CancellationToken ct)
    {
        var secret = request.Make ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) : request.Secret?.Trim() is { Length: > 0 } given ? given : null;
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        if (secret is not null && WebhookSettings.Problem(provider, secret) is { } wrong) problems["secret"] = wrong;
        if (request.Label.Any(char.IsControl) || request.Label.Length > 100) problems["label"] = "A label has at most 100 characters.";
        if (request.App.Length > 100 || request.App.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '[' or ']'))) problems["app"] = "A login or slug of GitHub: letters, digits and -.";
        if (problems.Count > 0) return new(Problems: problems);

        var full = false;
        await Write(provider, who, entered =>
        {
            full = secret is not null && entered.Secrets.Count >= MostSecrets;
            return full ? (entered, null) : (entered with
            {
                Secrets = secret is null ? entered.Secrets : [.. entered.Secrets, arrangements.Seal(secret)],
                Label = request.Label.Trim(),
                App = request.App.Trim(),
            }, new { secret_added = secret is not null, label = request.Label.Trim(), app = request.App.Trim() });
        }, ct);
        return full ? new(Problems: new Dictionary<string, string>(StringComparer.Ordinal) { ["secret"] = $"There are {MostSecrets} already; remove one that is no longer used." })
            : new(request.Make ? secret : null);
    }

    /// <summary>False where there is no such secret.</summary>
    public async Task<bool> Remove(Provider provider, string id, ClaimsPrincipal who, CancellationToken ct)
    {
        var found = false;
        await Write(provider, who, entered =>
        {
            var left = entered.Secrets.Where(secret => secret.Id != id).ToList();
            found = left.Count < entered.Secrets.Count;
            return (entered with { Secrets = left }, found ? new { secret_removed = id } : null);
        }, ct);
        return found;
    }

    private async Task Write(Provider provider, ClaimsPrincipal who, Func<Entered, (Entered After, object? Details)> change, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var (after, details) = change(await Arrangements.Read(connection, transaction, provider, alone: true, ct));
        if (details is null) return;
        await Arrangements.Write(connection, transaction, provider, after, clock.Now(), who.AuditActor(), ct);
        await audit.Write(connection, transaction, who.AuditActor(), "webhooks.changed", "webhooks:" + provider.Name, details, ct);
        await transaction.CommitAsync(ct);
        arrangements.Forget();
    }
}
