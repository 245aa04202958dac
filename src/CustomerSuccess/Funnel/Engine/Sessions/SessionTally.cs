using System.Runtime.InteropServices;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;

namespace CustomerSuccess.Funnel.Engine.Sessions;

/// <summary>What one worker counts of sessions: the events of one visitor with no pause over thirty minutes. Pure.</summary>
internal sealed class SessionTally(SessionTally.Meaning[] meanings, long from, long to)
{
    public const long Idle = 30L * 60 * 1_000_000;

    /// <summary>What a tag stands for: a page (else something else that happened there), and where a visit came from.</summary>
    public readonly record struct Meaning(string? Page, string Channel);

    /// <summary>Of one UTC day.</summary>
    public sealed record Day
    {
        public long Sessions { get; set; }

        public long Pages { get; set; }

        public long Bounces { get; set; }

        public long Micros { get; set; }
    }

    /// <summary>Of one page.</summary>
    public sealed record Page
    {
        public long Views { get; set; }

        public long Entries { get; set; }

        public long Exits { get; set; }

        /// <summary>Views whose end is known, and how long those were together.</summary>
        public long Timed { get; set; }

        public long Micros { get; set; }
    }

    public Dictionary<int, Day> Days { get; } = [];

    public Dictionary<string, Page> Pages { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Channels { get; } = new(StringComparer.Ordinal);

    public Waits Lengths { get; } = new();

    public long Visitors { get; private set; }

    /// <summary>One visitor's events in order of time. A session counts on the day it began, if that is in the period, and only with a page in it.</summary>
    public void Count(ReadOnlySpan<ulong> events)
    {
        var seen = false;
        for (var first = 0; first < events.Length;)
        {
            var end = first + 1;
            while (end < events.Length && Packed.Time(events[end]) - Packed.Time(events[end - 1]) <= Idle) end++;
            var began = Packed.Time(events[first]);
            if (began >= from && began < to) seen |= Session(events[first..end], began);
            first = end;
        }

        if (seen) Visitors++;
    }

    private bool Session(ReadOnlySpan<ulong> events, long began)
    {
        string? entry = null, exit = null;
        var (pages, channel) = (0, "");
        for (var n = 0; n < events.Length; n++)
        {
            var meaning = meanings[Packed.Tag(events[n])];
            if (meaning.Page is not { } name) continue;
            if (pages++ == 0) (entry, channel) = (name, meaning.Channel);
            exit = name;
            var page = Of(Pages, name);
            page.Views++;
            // Until the next thing that happened; of the last one nobody knows.
            if (n + 1 == events.Length) continue;
            page.Timed++;
            page.Micros += Packed.Time(events[n + 1]) - Packed.Time(events[n]);
        }

        if (entry is null) return false;
        var length = Packed.Time(events[^1]) - began;
        var day = Of(Days, (int)(began / (86_400L * 1_000_000)));
        day.Sessions++;
        day.Pages += pages;
        day.Micros += length;
        if (pages == 1) day.Bounces++;
        Of(Pages, entry).Entries++;
        Of(Pages, exit!).Exits++;
        CollectionsMarshal.GetValueRefOrAddDefault(Channels, channel, out _)++;
        Lengths.Add(length);
        return true;
    }

    public void Add(SessionTally other)
    {
        Visitors += other.Visitors;
        Lengths.Take(other.Lengths);
        foreach (var (channel, count) in other.Channels) CollectionsMarshal.GetValueRefOrAddDefault(Channels, channel, out _) += count;
        foreach (var (number, more) in other.Days)
        {
            var day = Of(Days, number);
            (day.Sessions, day.Pages, day.Bounces, day.Micros) = (day.Sessions + more.Sessions, day.Pages + more.Pages, day.Bounces + more.Bounces, day.Micros + more.Micros);
        }

        foreach (var (name, more) in other.Pages)
        {
            var page = Of(Pages, name);
            (page.Views, page.Entries, page.Exits, page.Timed, page.Micros) = (page.Views + more.Views, page.Entries + more.Entries, page.Exits + more.Exits, page.Timed + more.Timed, page.Micros + more.Micros);
        }
    }

    private static T Of<TKey, T>(Dictionary<TKey, T> all, TKey key) where TKey : notnull where T : new()
    {
        ref var one = ref CollectionsMarshal.GetValueRefOrAddDefault(all, key, out _);
        return one ??= new T();
    }
}
