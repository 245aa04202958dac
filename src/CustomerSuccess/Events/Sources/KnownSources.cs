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

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);

    // A frozen database must not hold requests: after this the caller answers 503.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(bool ByKey, string Text), Lazy<Task<Known>>> known = new();

    // Of a small pool: made-up keys, each unknown, must not take every connection from those who work.
    private readonly SemaphoreSlim asking = new(4);

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
            if (known.Count > 10_000) known.Clear();
            var lookup = known.GetOrAdd(what, static (what, with) => new(() => with.Self.Read(what, with.Kind)), (Self: this, Kind: kind));
            try
            {
                // Cancelling is not enough: Npgsql asks the server to cancel and waits for it, and a frozen one does not answer.
                var found = await lookup.Value.WaitAsync(Patience, clock);
                if (clock.GetElapsedTime(found.ReadAt) < Fresh) return found.Source;
            }
            catch
            {
                known.TryRemove(new(what, lookup));
                throw;
            }

            known.TryRemove(new(what, lookup));
        }
    }

    private async Task<Known> Read((bool ByKey, string Text) what, string? kind)
    {
        var started = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience);
        await asking.WaitAsync(limit.Token);
        try
        {
            await using var connection = await db.OpenConnectionAsync(limit.Token);
            var found = await One(connection, what, limit.Token);
            if (found is null && !what.ByKey && settings.AcceptUnknown) found = await Discover(connection, what.Text, kind!, limit.Token);
            return new(found, started);
        }
        finally
        {
            asking.Release();
        }
    }

    private static Task<Source?> One(NpgsqlConnection connection, (bool ByKey, string Text) what, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<Source>(new CommandDefinition(
            $"select {Source.Columns} from sources where {(what.ByKey ? "write_key" : "domain")} = @text", new { text = what.Text }, cancellationToken: ct));

    private async Task<Source> Discover(NpgsqlConnection connection, string domain, string kind, CancellationToken ct)
    {
        var id = Source.Make().Id;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into sources (source_id, name, kind, domain, created_at, created_by)
            select @id, @domain, @kind, @domain, @now, @by where (select count(*) from sources where created_by = @by) < @most
            on conflict (domain) do nothing
            """,
            new { id, domain, kind, now = clock.Now(), by = Source.Discovered, most = MostDiscovered }, cancellationToken: ct));
        return await One(connection, (false, domain), ct) ?? new Source("", domain, kind, null, [], domain, clock.Now(), Source.Discovered, null, null, null, 0);
    }

    private sealed record Known(Source? Source, long ReadAt);
}
