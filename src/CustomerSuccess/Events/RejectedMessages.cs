using System.Threading.Channels;
using CustomerSuccess.Events.Ingestion;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>
/// Writes receipts for messages that were refused, behind the answers: a flood of bad ones must not hold up good ones. While the
/// database is away they wait, so many; what is more than that is dropped, the oldest first, and counted.
/// </summary>
public sealed class RejectedMessages : BackgroundService
{
    /// <summary>So many verdicts wait at most.</summary>
    public const int Most = 10_000;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500), Longest = TimeSpan.FromSeconds(15), Quiet = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource db;
    private readonly ILogger<RejectedMessages> log;
    private readonly Channel<RecordReceipts.Entry> waiting;
    private readonly PayloadAllowance payloads;
    private long dropped, told, toldAt;

    private readonly IngestMetrics? metrics;

    public RejectedMessages(NpgsqlDataSource db, TimeProvider clock, ILogger<RejectedMessages> log, IngestMetrics? metrics = null)
    {
        (this.db, this.log, this.metrics, payloads) = (db, log, metrics, new(clock));
        waiting = Channel.CreateBounded<RecordReceipts.Entry>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Drop());
    }

    /// <summary>Called for every refused message, with or without an id: its source and when it came.</summary>
    public Action<string, DateTime>? Refused { get; set; }

    /// <summary>Verdicts of this process that nobody can ask for, because too many waited.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Keep why a message was refused, where its sender gave an id to ask by.</summary>
    public void Remember(string? id, string source, string reason, DateTime at)
    {
        metrics?.Rejected(IngestMetrics.Forbidden);
        Note(id, source, reason, at);
    }

    private void Note(string? id, string source, string reason, DateTime at)
    {
        Refused?.Invoke(source, at);
        if (id is not null) waiting.Writer.TryWrite(new(id, source, "", Verdict.Rejected, reason, null, at));
    }

    /// <summary>
    /// Keep a sound message whose customer does not exist, to be sent again once it does: a thousand at once, then one a
    /// second, none above 16 KB. Beyond that only why.
    /// </summary>
    public void RememberWhole(Envelope message, string? id, string reason, DateTime at)
    {
        metrics?.Rejected(IngestMetrics.UnknownCustomer);
        if (message.Properties.Length > 16 * 1024 || !payloads.Take())
        {
            Note(id, message.Source, reason + PayloadAllowance.NotKept, at);
            return;
        }

        Refused?.Invoke(message.Source, at);
        waiting.Writer.TryWrite(new(message.Id, message.Source, message.Subject, Verdict.Rejected, reason, KeptMessage.Write(message), at));
    }

    public void Remember(ReadResult read, string source, DateTime at)
    {
        metrics?.Rejected(IngestMetrics.Invalid);
        Note(read.Id, source, string.Join("; ", read.Faults.Select(fault => $"{fault.Field} {fault.Message}")), at);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            var together = new List<RecordReceipts.Entry>();
            while (together.Count < 500 && waiting.Reader.TryRead(out var next)) together.Add(next);
            await Keep(together, stoppingToken);
        }
    }

    // Until they are kept; only what the database will never take is let go.
    private async Task Keep(List<RecordReceipts.Entry> together, CancellationToken ct)
    {
        for (var pause = First; ; pause = pause < Longest ? pause * 2 : Longest)
        {
            try
            {
                await using var connection = await db.OpenConnectionAsync(ct);
                await RecordReceipts.Store(connection, null, together, ct);
                return;
            }
            catch (PostgresException error) when (error.SqlState[..2] is "22" or "23" or "54")
            {
                if (together.Count == 1)
                {
                    log.LogWarning("The verdict of message {Id} was not kept: {Reason}", together[0].Id, error.MessageText);
                    return;
                }

                await Keep(together[..(together.Count / 2)], ct);
                together = together[(together.Count / 2)..];
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                log.LogWarning("{Count} verdicts of refused messages wait for the database: {Reason}", together.Count + waiting.Reader.Count, error.Message);
                await Task.Delay(pause, ct);
            }
        }
    }

    private void Drop()
    {
        var now = Environment.TickCount64;
        var all = Interlocked.Increment(ref dropped);
        var last = Interlocked.Read(ref toldAt);
        if (last != 0 && now - last < Quiet.TotalMilliseconds || Interlocked.CompareExchange(ref toldAt, now, last) != last) return;
        log.LogWarning("{Count} verdicts of refused messages dropped, more than {Most} wait; {All} since the start", all - Interlocked.Exchange(ref told, all), Most, all);
    }
}
