using System.Security.Cryptography;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Funnel.Calls;

/// <summary>
/// Writes what was noted of calls as events: the first two of a customer under ids that exist once
/// (<c>api_call:CUSTOMER:1</c> and <c>:2</c>), refused ones together, at most once a minute a key and status.
/// </summary>
public sealed class RecordCalls(CallNotes notes, NpgsqlDataSource db, Ingest ingest, TimeProvider clock, ILogger<RecordCalls> log) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(2), Spacing = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string, int), long> told = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Follow(stoppingToken), Gather(stoppingToken));

    private async Task Follow(CancellationToken ct)
    {
        await foreach (var call in notes.Calls.ReadAllAsync(ct))
        {
            try
            {
                await Record(call, ct);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                // The next call of this customer is noted in its place.
                notes.Forget(call.CustomerId);
                log.LogWarning("An API call was not recorded: {Reason}", error.Message);
            }
        }
    }

    private async Task Record(CallNotes.Call call, CancellationToken ct)
    {
        string[] ids = [$"{EventTypes.ApiCall}:{call.CustomerId}:1", $"{EventTypes.ApiCall}:{call.CustomerId}:2"];
        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            var there = (await connection.QueryAsync<string>(new CommandDefinition(
                "select id from events where id = any(@ids) and source = 'system' and subject = @subject", new { ids, subject = call.CustomerId }, cancellationToken: ct))).ToHashSet();
            ids = [.. ids.Where(id => !there.Contains(id))];
        }

        foreach (var id in ids)
        {
            var receipt = (await ingest.Accept([Event(call, id)], ct))[0];
            if (receipt.Verdict == Verdict.Duplicate) continue;
            if (id.EndsWith(":2", StringComparison.Ordinal)) notes.Settle(call.CustomerId);
            return;
        }

        notes.Settle(call.CustomerId);
    }

    private static Envelope Event(CallNotes.Call call, string id) => new()
    {
        Id = id,
        Source = "system",
        Type = EventTypes.ApiCall,
        CustomerId = call.CustomerId,
        OccurredAt = call.At,
        ReceivedAt = call.At,
        Actor = "key:" + call.Key,
        Properties = call.Ingest
            ? JsonSerializer.Serialize(new { status = call.Status, key_id = call.Key, from_ingest = true })
            : JsonSerializer.Serialize(new { status = call.Status, key_id = call.Key }),
    };

    private async Task Gather(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(Often, ct);
            try
            {
                await TellRefusals(ct);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                log.LogWarning("Refused API calls were not recorded: {Reason}", error.Message);
            }
        }
    }

    // Whose key it is, or was before it was revoked. A secret that is wrong proves nothing, and is nobody's call.
    private async Task TellRefusals(CancellationToken ct)
    {
        var taken = notes.TakeRefusals(key => !told.TryGetValue(key, out var last) || clock.GetElapsedTime(last) > Spacing);
        if (taken.Count == 0) return;
        if (told.Count > 10_000) told.Clear();
        await using var connection = await db.OpenConnectionAsync(ct);
        var keys = (await connection.QueryAsync<(string Id, byte[] Hash, string Customer)>(new CommandDefinition(
            "select id, secret_hash, customer_id from api_keys where id = any(@ids) and customer_id is not null", new { ids = taken.Select(one => one.Of.Key).Distinct().ToArray() }, cancellationToken: ct)))
            .ToDictionary(key => key.Id, StringComparer.Ordinal);
        var events = new List<Envelope>();
        foreach (var (of, tally) in taken)
        {
            if (!keys.TryGetValue(of.Key, out var key) || !CryptographicOperations.FixedTimeEquals(key.Hash, tally.Hash)) continue;
            told[of] = clock.GetTimestamp();
            events.Add(new Envelope
            {
                Id = Guid.CreateVersion7().ToString("N"),
                Source = "system",
                Type = EventTypes.ApiCallsFailed,
                CustomerId = key.Customer,
                OccurredAt = tally.Last,
                ReceivedAt = tally.Last,
                Actor = "key:" + of.Key,
                Properties = JsonSerializer.Serialize(new { status = of.Status, calls = tally.Calls, since = tally.Since, key_id = of.Key }),
            });
        }

        if (events.Count > 0) await ingest.Accept(events, ct);
    }
}
