using System.Diagnostics.Metrics;

namespace CustomerSuccess.Platform.Metrics;

/// <summary>
/// Figures that must be asked from the database: read in the background when somebody looks and the last ones are too old, so
/// that a scrape never waits for a table. What could not be read is not shown.
/// </summary>
public abstract class Sampled(ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Lock gate = new();
    private Task reading = Task.CompletedTask;
    private long readAt;

    /// <summary>They are read again after so long.</summary>
    public TimeSpan Oldest { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Ends when there are figures, or none can be had.</summary>
    public Task Ready()
    {
        lock (gate)
        {
            if (reading.IsCompleted && (readAt == 0 || TimeProvider.System.GetElapsedTime(readAt) > Oldest))
            {
                // Nobody waits for it longer than for the first one.
                var first = readAt == 0;
                readAt = TimeProvider.System.GetTimestamp();
                reading = Task.Run(Look);
                return first ? reading : Task.CompletedTask;
            }

            return Empty ? reading : Task.CompletedTask;
        }
    }

    protected abstract bool Empty { get; }

    protected abstract Task Read(CancellationToken ct);

    protected abstract void Forget();

    private async Task Look()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await Read(limit.Token);
        }
        catch (Exception error)
        {
            log.LogDebug("No figures for metrics: {Reason}", error.Message);
            Forget();
        }
    }

    protected static Measurement<double> Of(double value, params ReadOnlySpan<KeyValuePair<string, object?>> labels) => new(value, labels);
}
