using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// The readings of the log that are in memory: the one of every event under its type, which most questions share, and the last two of those that
/// a filter or a breakdown needed.
/// </summary>
internal sealed class LogReadings : IDisposable
{
    private const int MostOthers = 2, MostParts = 50;

    private readonly NpgsqlDataSource db;
    private readonly TimeProvider clock;
    private readonly EngineSettings settings;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private readonly List<LogInMemory> others = [];

    // file: where the reading that most questions share is kept over pauses and restarts; null: nowhere.
    public LogReadings(NpgsqlDataSource db, TimeProvider clock, EngineSettings settings, string? file = null)
    {
        (this.db, this.clock, this.settings) = (db, clock, settings);
        Everything = new LogInMemory(db, clock, Reading.Everything, settings.MostEvents, file is null ? null : new KeptLog(file, db, Reading.Everything));
        timer = clock.CreateTimer(_ => Forget(), null, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));
    }

    public LogInMemory Everything { get; }

    /// <summary>The reading, perhaps not yet in memory.</summary>
    public LogInMemory Of(Reading reading)
    {
        if (ReferenceEquals(reading, Reading.Everything)) return Everything;
        lock (gate)
        {
            var known = others.Find(other => other.Reading.Key == reading.Key);
            if (known is not null) others.Remove(known);
            else if (others.Count >= MostOthers) others.RemoveAt(0);
            others.Add(known ??= new LogInMemory(db, clock, reading, settings.MostEvents / 2));
            return known;
        }
    }

    /// <summary>
    /// Show the log as it is now: in one piece where it fits into memory, else piece by piece, each unit wholly in one of them.
    /// Answers with the time as of which it was, and with how many events of bots were left out.
    /// </summary>
    public async Task<(DateTime AsOf, long Bots)> Each(Reading reading, Action<Track> each, CancellationToken ct)
    {
        var log = Of(reading);
        try
        {
            var track = await log.Now(ct);
            each(track);
            return (track.AsOf, track.Bots);
        }
        catch (ReadLog.TooMany many)
        {
            var parts = (int)Math.Ceiling(many.About * 1.1 / log.MostRows);
            if (parts > MostParts)
                throw new TooLargeException($"The log has about {many.About:#,0} events that this question needs, more than can be read in {MostParts} pieces of CS_FUNNEL_MEMORY ({settings.Megabytes} MB). Raise it, or ask for fewer event types.");
            var (asOf, bots) = (clock.GetUtcNow().UtcDateTime, 0L);
            await log.InParts(parts, track =>
            {
                bots += track.Bots;
                each(track);
            }, ct);
            return (asOf, bots);
        }
    }

    public void Dispose() => timer.Dispose();

    private void Forget()
    {
        List<LogInMemory> all;
        lock (gate) all = [.. others, Everything];
        var idle = TimeSpan.FromMinutes(settings.IdleMinutes);
        var forgot = false;
        foreach (var log in all.Where(log => log.Loaded && clock.GetElapsedTime(log.Used) > idle)) forgot |= log.Release();
        lock (gate) others.RemoveAll(log => clock.GetElapsedTime(log.Used) > idle);
        // Without this the runtime keeps the memory for itself.
        if (forgot) GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}

/// <summary>More events than the memory that was allowed can answer from; the message is for people.</summary>
public sealed class TooLargeException(string message) : Exception(message);
