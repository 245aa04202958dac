using System.Collections.Concurrent;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Sources;

/// <summary>
/// The sources this process has seen lately, so that an event costs no query. An entry is at most 20 seconds old: a source
/// revoked by another process stops working within that. Unknown keys are remembered too, within bounds.
/// </summary>
public sealed class KnownSources(NpgsqlDataSource db, TimeProvider clock, SourceSettings settings)
{
    /// <summary>So many domains that nobody added are listed; more are accepted, but anyone can make up domains.</summary>
    public const int MostDiscovered = 100;

    private const int MostKnown = 10_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);

    // A source that is in use is asked for again behind the answers before it is too old.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StaysFull = TimeSpan.FromMinutes(1);

    // A frozen database must not hold requests: after this the caller answers 503.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(bool ByKey, string Text), Lazy<Task<Known>>> known = new();

    // Of a small pool: made-up keys, each unknown, must not take every connection from those who work.
    private readonly SemaphoreSlim asking = new(4);

    // Nor hold up those whose source was there a moment ago.
    private readonly SemaphoreSlim strangers = new(2);

    // When the list of discovered domains was last seen full; 0: never.
    private long full;

    /// <summary>Whose write key this is; null for an unknown or revoked one. Throws when the database must be asked and is away.</summary>
    public async ValueTask<Source?> ByKey(string key) =>
        key.Length is < 4 or > 100 || !key.StartsWith("wk_", StringComparison.Ordinal) || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? null
            : await Find((true, key), null) is { RevokedAt: null } source ? source : null;

    /// <summary>
    /// The source of a client that carries no key; one nobody added is listed as discovered, unless the setting says to
    /// refuse it. Null: blocked or refused. Throws when the database must be asked and is away.
    /// </summary>
    public async ValueTask<Source?> ByDomain(string domain, string kind) =>
        await Find((false, domain.ToLowerInvariant()), kind) is { RevokedAt: null } source ? source : null;

    /// <summary>Ask the database again the next time.</summary>
    public void Forget(Source source)
    {
        if (source.WriteKey is { } key) known.TryRemove((true, key), out _);
        if (source.Domain is { } domain) known.TryRemove((false, domain), out _);
    }

    private async ValueTask<Source?> Find((bool ByKey, string Text) what, string? kind)
    {
        while (true)
        {
            if (known.Count > MostKnown) Evict();
            var lookup = known.GetOrAdd(what, static (what, with) => new(() => with.Self.Read(what, with.Kind, with.Self.strangers)), (Self: this, Kind: kind));
            try
            {
                // Cancelling is not enough: Npgsql asks the server to cancel and waits for it, and a frozen one does not answer.
                var found = await lookup.Value.WaitAsync(Patience, clock);
                var age = clock.GetElapsedTime(found.ReadAt);
                if (age < Fresh)
                {
                    if (age > Ahead && found.Real && found.Renews()) _ = Renew(what, kind, lookup);
                    return found.Source;
                }

                if (found.Real && known.TryUpdate(what, new(() => Read(what, kind, asking)), lookup)) continue;
            }
            catch
            {
                known.TryRemove(new(what, lookup));
                throw;
            }

            known.TryRemove(new(what, lookup));
        }
    }

    private async Task Renew((bool ByKey, string Text) what, string? kind, Lazy<Task<Known>> before)
    {
        try
        {
            // Not where it was forgotten meanwhile.
            known.TryUpdate(what, new(Task.FromResult(await Read(what, kind, asking))), before);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            // What is known is as good as before, until it is too old and its callers wait.
        }
    }

    // Made-up names push out each other, not the sources that are there.
    private void Evict()
    {
        foreach (var entry in known)
        {
            if (entry.Value is { IsValueCreated: true, Value.IsCompleted: true } lookup && !(lookup.Value.IsCompletedSuccessfully && lookup.Value.Result.Real)) known.TryRemove(entry);
        }
    }

    private async Task<Known> Read((bool ByKey, string Text) what, string? kind, SemaphoreSlim slots)
    {
        var started = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience);
        await slots.WaitAsync(limit.Token);
        try
        {
            await using var connection = await db.OpenConnectionAsync(limit.Token);
            var found = await One(connection, what, limit.Token);
            if (found is null && !what.ByKey && settings.AcceptUnknown) found = await Discover(connection, what.Text, kind!, limit.Token);
            return new(found, started);
        }
        finally
        {
            slots.Release();
        }
    }

    private static Task<Source?> One(NpgsqlConnection connection, (bool ByKey, string Text) what, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<Source>(new CommandDefinition(
            $"select {Source.Columns} from sources where {(what.ByKey ? "write_key" : "domain")} = @text", new { text = what.Text }, cancellationToken: ct));

    private async Task<Source> Discover(NpgsqlConnection connection, string domain, string kind, CancellationToken ct)
    {
        var nobody = new Source("", domain, kind, null, [], domain, clock.Now(), Source.Discovered, null, null, null, 0);
        if (Interlocked.Read(ref full) is not 0 and var since && clock.GetElapsedTime(since) < StaysFull) return nobody;
        var id = Source.Make().Id;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into sources (source_id, name, kind, domain, created_at, created_by)
            select @id, @domain, @kind, @domain, @now, @by where (select count(*) from sources where created_by = @by) < @most
            on conflict (domain) do nothing
            """,
            new { id, domain, kind, now = clock.Now(), by = Source.Discovered, most = MostDiscovered }, cancellationToken: ct));
        if (await One(connection, (false, domain), ct) is { } found) return found;
        Interlocked.Exchange(ref full, clock.GetTimestamp());
        return nobody;
    }

    private sealed record Known(Source? Source, long ReadAt)
    {
        private int renewed;

        /// <summary>In the list, and not a name that anybody made up.</summary>
        public bool Real => Source is { SourceId.Length: > 0 };

        /// <summary>True once: for the one that asks again.</summary>
        public bool Renews() => Interlocked.Exchange(ref renewed, 1) == 0;
    }
}
