using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// One reading of the log kept in memory: read whole (or from the file) when somebody asks, afterwards only what is new, forgotten when nobody asked for a while.
/// There is one read at a time, which all who wait share; when nobody waits any more, it stops.
/// </summary>
internal sealed class LogInMemory(NpgsqlDataSource db, TimeProvider clock, Reading reading, long mostRows, KeptLog? file = null)
{
    /// <summary>A message is received, then committed: what was received this long ago is there, or its commit says that it changed the past.</summary>
    private static readonly TimeSpan Late = 2 * EventLog.Prompt;

    /// <summary>How long a read goes on after the last one who waited has left; a page that shows progress asks again within it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly DateTime Ever = new(2300, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>More new events than this move to the old shelves.</summary>
    private const int MostLately = 300_000;

    /// <summary>With more new events than this the file is no help.</summary>
    private const int MostSince = 1_000_000;

    private readonly Lock gate = new();
    private Held? held;
    private Shelf[]? filed;
    private Task<Track>? running;
    private int waiting;
    private long wanted;
    private double share;
    private long read;

    public Reading Reading => reading;

    public long MostRows => mostRows;

    /// <summary>The clock's timestamp of the last question.</summary>
    public long Used { get; private set; }

    public bool Loaded => held is not null;

    /// <summary>Done when the last reading is in the file.</summary>
    internal Task Filed { get; private set; } = Task.CompletedTask;

    /// <summary>How much of the log is read (0 to 1), and how many events that were.</summary>
    public (double Share, long Events) Progress => (share, read);

    /// <summary>The log as it is now. Throws <see cref="ReadLog.TooMany"/> where it does not fit.</summary>
    public async Task<Track> Now(CancellationToken ct)
    {
        var asked = clock.GetTimestamp();
        while (true)
        {
            Task<Track> task;
            lock (gate)
            {
                Used = clock.GetTimestamp();
                if (held?.Track is { } now && now.Asked >= asked) return now;
                waiting++;
                task = running ??= Task.Run(Run, CancellationToken.None);
            }

            try
            {
                var track = await task.WaitAsync(ct);
                if (track.Asked >= asked) return track;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // Others left and the read stopped just before we came.
            }
            finally
            {
                lock (gate)
                {
                    waiting--;
                    wanted = clock.GetTimestamp();
                }
            }
        }
    }

    /// <summary>Forget everything, unless it is being read; true where there was something.</summary>
    public bool Release()
    {
        lock (gate)
        {
            if (running is not null || held is null) return false;
            held = null;
            return true;
        }
    }

    /// <summary>The whole log in so many parts one after the other, each unit wholly in one of them; nothing is kept.</summary>
    public async Task InParts(int parts, Action<Track> each, CancellationToken ct)
    {
        var links = await Links.Read(db, ct);
        for (var part = 0; part < parts; part++)
        {
            var (mine, labels) = (part, new Labels());
            var log = new ReadLog(db, reading, labels) { Keep = key => (int)(links.Root(key) % (ulong)parts) == mine };
            var asked = clock.GetTimestamp();
            var rows = await log.Before(Ever, (_, _) => { }, ct);
            var shelves = BuildShelf.Of(rows, ct);
            each(new Track([.. shelves, Shelf.Empty], Units.Of([.. shelves, Shelf.Empty], links), labels.Texts, Count(shelves), clock.Now(), Ever, asked, log.Bots));
        }
    }

    private async Task<Track> Run()
    {
        using var stop = new CancellationTokenSource();
        try
        {
            var now = held is { } before && await News(before, stop.Token) is { } news ? await Continue(before, news, stop.Token) : await FromFile(stop.Token) ?? await Begin(stop);
            lock (gate) held = now;
            Keep(now);
            return now.Track!;
        }
        finally
        {
            lock (gate) running = null;
        }
    }

    // Nobody waits for it.
    private void Keep(Held now)
    {
        if (file is null || ReferenceEquals(now.Old, filed) || now.Counts.Sum() < file.Fewest) return;
        filed = now.Old;
        Filed = Task.Run(() => file.Save(new Kept(now.Old, now.Labels, now.Cut, now.News, now.Bots), CancellationToken.None));
    }

    /// <summary>What the file has, with what came since; null where there is none that still tells the past, or too much came since.</summary>
    private async Task<Held?> FromFile(CancellationToken ct)
    {
        if (file is null) return null;
        if (held is null && await file.Load(ct) is { } kept)
        {
            var (counts, now) = (Count(kept.Old), await Look(kept.Cut, ct));
            var before = new Held(kept.Old, kept.Labels, kept.Cut, await Links.Read(db, ct), now with { Blocks = kept.News.Blocks }, kept.Bots, counts, 0, null);
            if (now.Changes == kept.News.Changes && kept.Cut < clock.Now() && counts.Sum() < mostRows && Grown(before, now) < MostSince)
            {
                var whole = await Continue(before, now, ct);
                if (!Outgrown(whole, now))
                {
                    filed = kept.Old;
                    return whole;
                }
            }
        }

        file.Forget();
        return null;
    }

    private async Task<Held> Begin(CancellationTokenSource stop)
    {
        (share, read) = (0, 0);
        lock (gate) held = null;
        // What earlier questions left behind goes first, so that at the most there is only what is needed.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var labels = new Labels();
        var log = new ReadLog(db, reading, labels) { MostRows = mostRows };
        var cut = clock.Now() - Late;
        var news = await Look(cut, stop.Token);
        var links = Links.Read(db, stop.Token);
        var rows = log.Before(cut, (part, events) =>
        {
            (share, read) = (part, events);
            lock (gate)
            {
                if (waiting == 0 && clock.GetElapsedTime(wanted) > Patience) stop.Cancel();
            }
        }, stop.Token);
        await Task.WhenAll(rows, links);
        var shelves = BuildShelf.Of(await rows, stop.Token);
        // Reading left much garbage behind, more than what is kept.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return await Continue(new Held(shelves, labels, cut, await links, news, log.Bots, Count(shelves), 0, null), news, stop.Token);
    }

    /// <summary>What came since goes over what was there.</summary>
    private async Task<Held> Continue(Held before, Seen news, CancellationToken ct)
    {
        var (asked, asOf) = (clock.GetTimestamp(), clock.Now());
        var (old, cut, bots, counts) = (before.Old, before.Cut, before.Bots, before.Counts);
        if (before.Track is { } track && track.Shelves[^1].Events > MostLately)
        {
            var settling = new ReadLog(db, reading, before.Labels);
            var settled = await settling.Between(cut, asOf - Late, ct);
            var more = BuildShelf.Of(settled, ct);
            old = [.. old.Select((shelf, n) => shelf.With(more[n], onlyNewer: false))];
            (cut, bots, counts) = (asOf - Late, bots + settling.Bots, Count(old));
        }

        var log = new ReadLog(db, reading, before.Labels) { MostRows = mostRows - old.Sum(shelf => (long)shelf.Events) };
        var came = await log.Between(cut, Ever, ct);
        var lately = came.Sum(rows => (long)rows.Count) + log.Bots;
        // Events are only added: as many as before are the same as before.
        if (before.Track is { } same && cut == before.Cut && lately == before.Lately && news.Links == before.News.Links) return before with { Track = same.Later(asOf, asked) };
        var newer = BuildShelf.Of(came, ct);
        var links = news.Links == before.News.Links ? before.Links : await Links.Read(db, ct);
        IReadOnlyList<Shelf> shelves = [.. old, Shelf.Row([.. old.Select((shelf, n) => shelf.With(newer[n], onlyNewer: true))])];
        return before with
        {
            Old = old,
            Cut = cut,
            Bots = bots,
            Counts = counts,
            Lately = lately,
            Links = links,
            News = before.News with { Links = news.Links, Blocks = cut == before.Cut ? before.News.Blocks : news.Blocks },
            Track = new Track(shelves, Units.Of(shelves, links), before.Labels.Texts, [.. counts.Zip(Count(newer), (one, other) => one + other)], asOf, cut, asked, bots + log.Bots),
        };
    }

    /// <summary>What there is to see; null where what is in memory no longer tells the past.</summary>
    private async Task<Seen?> News(Held before, CancellationToken ct)
    {
        var now = await Look(before.News.Since, ct);
        if (now.Changes != before.News.Changes) return null;
        return Outgrown(before, now) ? null : now;
    }

    // Rows written past the product, or imported with the times of then, show by the table's size alone.
    private static bool Outgrown(Held before, Seen now) => before.News.Blocks > 0 && Grown(before, now) > 3 * (before.Track!.Shelves[^1].Events + 50_000);

    /// <summary>About how many events the table has more than it had then.</summary>
    private static double Grown(Held before, Seen now) => (now.Blocks - before.News.Blocks) * (double)before.Counts.Sum() / Math.Max(1, before.News.Blocks);

    private async Task<Seen> Look(DateTime since, CancellationToken ct)
    {
        await using var command = db.CreateCommand(Sql.Read("Funnel/Engine/Memory/news.sql"));
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = since });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new Seen(since, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private static long[] Count(Shelf[] shelves)
    {
        var counts = new long[Walk.Packed.Tags];
        foreach (var shelf in shelves) shelf.AddTo(counts);
        return counts;
    }

    /// <param name="Old">What was received before the cut.</param>
    /// <param name="Labels">What the tags stand for.</param>
    /// <param name="Cut">What is received from here on is read again each time.</param>
    /// <param name="Links">Who belongs to whom.</param>
    /// <param name="News">What there was to see when this was read.</param>
    /// <param name="Bots">Events of bots before the cut.</param>
    /// <param name="Counts">Events before the cut by tag.</param>
    /// <param name="Lately">How many events were received since the cut.</param>
    /// <param name="Track">All of it; null while it is made.</param>
    private sealed record Held(Shelf[] Old, Labels Labels, DateTime Cut, Links Links, Seen News, long Bots, long[] Counts, long Lately, Track? Track);
}
