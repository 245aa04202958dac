using System.Threading.Channels;
using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>Writes receipts for messages that were refused, behind the answers: a flood of bad ones must not hold up good ones.</summary>
public sealed class RejectedMessages(NpgsqlDataSource db, ILogger<RejectedMessages> log) : BackgroundService
{
    private readonly Channel<RecordReceipts.Entry> waiting = Channel.CreateBounded<RecordReceipts.Entry>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly PayloadAllowance payloads = new();

    /// <summary>Called for every refused message, with or without an id: its source and when it came.</summary>
    public Action<string, DateTime>? Refused { get; set; }

    /// <summary>Keep why a message was refused, where its sender gave an id to ask by.</summary>
    public void Remember(string? id, string source, string reason, DateTime at)
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
        if (message.Properties.Length > 16 * 1024 || !payloads.Take())
        {
            Remember(id, message.Source, reason, at);
            return;
        }

        Refused?.Invoke(message.Source, at);
        waiting.Writer.TryWrite(new(message.Id, message.Source, message.Subject, Verdict.Rejected, reason, KeptMessage.Write(message), at));
    }

    public void Remember(ReadResult read, string source, DateTime at) =>
        Remember(read.Id, source, string.Join("; ", read.Faults.Select(fault => $"{fault.Field} {fault.Message}")), at);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            var together = new List<RecordReceipts.Entry>();
            while (together.Count < 500 && waiting.Reader.TryRead(out var next)) together.Add(next);
            try
            {
                await using var connection = await db.OpenConnectionAsync(stoppingToken);
                await RecordReceipts.Store(connection, null, together, stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                log.LogWarning("{Count} receipts of refused messages were not kept: {Reason}", together.Count, error.Message);
            }
        }
    }
}
