using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Keys;

/// <summary>
/// The keys this process has seen lately, so that checking one costs a hash and no query. An entry is at most 20 seconds
/// old: a key revoked by another process stops working within that. Unknown ids are remembered too, within bounds.
/// </summary>
public sealed class KnownKeys(NpgsqlDataSource db, TimeProvider clock, KeySettings settings)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);

    // A frozen database must not hold requests: after this the caller answers 503.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Lazy<Task<Known>>> known = new(StringComparer.Ordinal);

    // Of a small pool: made-up keys, each unknown, must not take every connection from those who work.
    private readonly SemaphoreSlim asking = new(4);
    private readonly ConcurrentDictionary<string, KeyRate> rates = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, DateTime> used = new(StringComparer.Ordinal);

    /// <summary>Who presents this key; null for a wrong, unknown or revoked one. Throws when the database must be asked and is away.</summary>
    public async ValueTask<ClaimsPrincipal?> Find(string key)
    {
        if (!ApiKey.TryRead(key, out var id, out var secret)) return null;
        var found = await Lookup(id);
        if (!found.Fits(key, secret)) return null;
        used[id] = clock.Now();
        return found.Principal;
    }

    /// <summary>Whether this key has worked here lately, without asking the database; <see cref="Find"/> decides whether it still does.</summary>
    public bool Knows(string key) => ApiKey.TryRead(key, out var id, out var secret)
        && known.TryGetValue(id, out var lookup) && lookup is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
        && clock.GetElapsedTime(lookup.Value.Result.ReadAt) < Fresh && lookup.Value.Result.Fits(key, secret);

    /// <summary>Takes one request from the key's allowance; false when it is used up for this second.</summary>
    public bool Admit(string id) => !rates.TryGetValue(id, out var rate) || rate.Take();

    /// <summary>Ask the database again the next time.</summary>
    public void Forget(string id) => known.TryRemove(id, out _);

    /// <summary>The keys used since the last call, and when.</summary>
    public IReadOnlyDictionary<string, DateTime> TakeUsed() => Interlocked.Exchange(ref used, new(StringComparer.Ordinal));

    private async ValueTask<Known> Lookup(string id)
    {
        while (true)
        {
            if (known.Count > 10_000) known.Clear();
            var lookup = known.GetOrAdd(id, static (id, self) => new(() => self.Read(id)), this);
            try
            {
                // Cancelling is not enough: Npgsql asks the server to cancel and waits for it, and a frozen one does not answer.
                var found = await lookup.Value.WaitAsync(Patience, clock);
                if (clock.GetElapsedTime(found.ReadAt) < Fresh) return found;
            }
            catch
            {
                known.TryRemove(new(id, lookup));
                throw;
            }

            known.TryRemove(new(id, lookup));
        }
    }

    private async Task<Known> Read(string id)
    {
        var started = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience);
        await asking.WaitAsync(limit.Token);
        Row? row;
        try
        {
            await using var connection = await db.OpenConnectionAsync(limit.Token);
            row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
                "select secret_hash, name, array_to_string(scopes, ' ') as scopes, customer_id, rate_limit from api_keys where id = @id and revoked_at is null",
                new { id }, cancellationToken: limit.Token));
        }
        finally
        {
            asking.Release();
        }

        if (row is null) return new(new byte[32], null, started);
        var perSecond = row.rate_limit ?? settings.RequestsPerSecond;
        rates.AddOrUpdate(id, _ => new(perSecond, clock), (_, now) => now.PerSecond == perSecond ? now : new(perSecond, clock));
        return new(row.secret_hash, Principal(id, row), started);
    }

    private static ClaimsPrincipal Principal(string id, Row row)
    {
        var identity = new ClaimsIdentity(Schemes.Key, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new(Actors.KeyClaim, id));
        identity.AddClaim(new(ClaimTypes.Name, row.name));
        foreach (var scope in row.scopes.Split(' ')) identity.AddClaim(new(Actors.ScopeClaim, scope));
        if (row.customer_id is not null) identity.AddClaim(new(Actors.CustomerClaim, row.customer_id));
        return new(identity);
    }

    private sealed record Known(byte[] Hash, ClaimsPrincipal? Principal, long ReadAt)
    {
        // The key that fitted before: what is sent with every request need not be hashed for each.
        private volatile string? proven;

        public bool Fits(string key, string secret)
        {
            if (proven is { } before && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(key.AsSpan()), MemoryMarshal.AsBytes(before.AsSpan()))) return true;
            // Compared even where there is nothing to compare with, so that both take the same time.
            if (!CryptographicOperations.FixedTimeEquals(ApiKey.Hash(secret), Hash) || Principal is null) return false;
            proven = key;
            return true;
        }
    }

#pragma warning disable IDE1006 // named as the columns are
    private sealed record Row(byte[] secret_hash, string name, string scopes, string? customer_id, int? rate_limit);
#pragma warning restore IDE1006
}
