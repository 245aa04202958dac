using System.Text.Json;
using CustomerSuccess.Access.Secrets;
using CustomerSuccess.Platform;
using CustomerSuccess.Webhooks.GitHub;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Setup;

/// <summary>What holds for one provider now: the secrets that sign, and for GitHub which label and whose pull requests count.</summary>
public sealed record Arrangement(IReadOnlyList<string> Secrets, GitHubRules Rules);

/// <summary>One secret entered on the page: its sealed text and when it was entered. The id is for the page's button.</summary>
public sealed record StoredSecret(string Id, string Sealed, DateTime AddedAt);

/// <summary>What was entered on the page for one provider, as table settings keeps it.</summary>
public sealed record Entered(IReadOnlyList<StoredSecret> Secrets, string Label = "", string App = "")
{
    public static Entered Nothing { get; } = new([]);
}

/// <summary>
/// Knows what holds: the environment first, else what was entered on the page. Kept for ten seconds, so that a flood of
/// forged deliveries costs no query; a secret entered in another process works after that.
/// </summary>
public sealed class Arrangements(NpgsqlDataSource db, Settings settings, WebhookSettings environment, TimeProvider clock)
{
    public const string DefaultLabel = "rsolv:automate";
    private const string Purpose = "webhooks";
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    private volatile Snapshot? known;

    public WebhookSettings Environment => environment;

    /// <summary>What holds for a provider. Throws where the database must be asked and is away.</summary>
    public async Task<Arrangement> Of(Provider provider)
    {
        var entered = (await Entered()).GetValueOrDefault(provider.Name, Setup.Entered.Nothing);
        return new Arrangement(
            environment.Secrets(provider) is { Count: > 0 } fixedOnes ? fixedOnes : [.. entered.Secrets.Select(Open)],
            new GitHubRules(First(environment.Label, entered.Label, DefaultLabel), First(environment.App, entered.App)));
    }

    /// <summary>What was entered, straight from the database; for the page.</summary>
    public static async Task<Entered> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, Provider provider, bool alone, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select value::text from settings where name = @name" + (alone ? " for update" : ""), new { name = Name(provider) }, transaction, cancellationToken: ct)) is { } json
            ? JsonSerializer.Deserialize<Entered>(json, Format)! : Setup.Entered.Nothing;

    /// <summary>Keep what was entered, in the caller's transaction; call <see cref="Forget"/> after the commit.</summary>
    public static Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, Provider provider, Entered entered, DateTime now, string actor, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into settings (name, value, changed_at, changed_by) values (@name, @value::jsonb, @now, @actor)
            on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """,
            new { name = Name(provider), value = JsonSerializer.Serialize(entered, Format), now, actor }, transaction, cancellationToken: ct));

    public StoredSecret Seal(string secret) => new(
        Guid.CreateVersion7().ToString("N"), Convert.ToBase64String(Access.Secrets.Seal.Close(settings, Purpose, System.Text.Encoding.UTF8.GetBytes(secret))), clock.Now());

    /// <summary>Ask the database again the next time.</summary>
    public void Forget() => known = null;

    private string Open(StoredSecret secret) => System.Text.Encoding.UTF8.GetString(Access.Secrets.Seal.Open(settings, Purpose, Convert.FromBase64String(secret.Sealed)));

    private async Task<IReadOnlyDictionary<string, Entered>> Entered()
    {
        var have = known;
        var now = clock.GetTimestamp();
        if (have is not null && clock.GetElapsedTime(have.At, now) < Fresh) return have.All;
        try
        {
            // Cancelling is not enough: a frozen server does not answer that either.
            known = new(await All().WaitAsync(Patience, clock), now);
        }
        catch (Exception error) when (have is not null && error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            // The database is away: what held a moment ago tells forged deliveries from signed ones as well.
            known = have with { At = now };
        }

        return known.All;
    }

    private async Task<IReadOnlyDictionary<string, Entered>> All()
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var connection = await db.OpenConnectionAsync(limit.Token);
        var found = new Dictionary<string, Entered>(StringComparer.Ordinal);
        foreach (var provider in Provider.All) found[provider.Name] = await Read(connection, null, provider, alone: false, limit.Token);
        return found;
    }

    private static string Name(Provider provider) => "webhooks." + provider.Name;

    private static string First(params IReadOnlyList<string> given) => given.FirstOrDefault(each => each.Length > 0) ?? "";

    private sealed record Snapshot(IReadOnlyDictionary<string, Entered> All, long At);
}
