using System.Runtime.CompilerServices;
using CustomerSuccess.Funnel.Engine.Walk;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>One who counts: the hash of its name, whether it is a customer, and its place (of a group the first member's).</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct Unit(ulong Key, bool Customer, byte Shelf, int Actor);

/// <summary>The log in memory as of one moment. Never changed: news makes another one that shares most of it.</summary>
internal sealed class Track(IReadOnlyList<Shelf> shelves, Units units, IReadOnlyList<string> labels, IReadOnlyList<long> counts, DateTime asOf, DateTime cut, long asked, long bots)
{
    private const int GroupsASlice = 2_000;

    /// <summary>The old shelves, and last the one of what came lately.</summary>
    public IReadOnlyList<Shelf> Shelves => shelves;

    /// <summary>What the tags stand for.</summary>
    public IReadOnlyList<string> Labels => labels;

    public DateTime AsOf => asOf;

    /// <summary>What was received from here on is on the last shelf.</summary>
    public DateTime Cut => cut;

    /// <summary>The clock's timestamp when the last read began: whoever asked before sees everything stored by then.</summary>
    public long Asked => asked;

    /// <summary>Events of bots, left out.</summary>
    public long Bots => bots;

    /// <summary>In which part of the table a unit's first event was read.</summary>
    public int Part(in Unit unit) => shelves[unit.Shelf].Part(unit.Actor);

    public delegate void Visit<in T>(T tally, in Unit unit, ReadOnlySpan<ulong> events);

    /// <summary>Show every unit with its events in order of time, tests of ours left out; one tally per worker, all of them returned.</summary>
    public IReadOnlyList<T> Walk<T>(Func<T> tally, Visit<T> visit, CancellationToken ct) => Walk(tally, visit, together: true, ct);

    /// <summary>The same, but everyone who is linked to others stands alone: a session is of one visitor.</summary>
    public IReadOnlyList<T> WalkActors<T>(Func<T> tally, Visit<T> visit, CancellationToken ct) => Walk(tally, visit, together: false, ct);

    private IReadOnlyList<T> Walk<T>(Func<T> tally, Visit<T> visit, bool together, CancellationToken ct)
    {
        var tallies = new List<T>();
        var slices = shelves.Count + (units.GroupKeys.Length + GroupsASlice - 1) / GroupsASlice;
        Parallel.For(0, slices, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            () => (Tally: tally(), Scratch: new List<ulong>()),
            (slice, _, mine) =>
            {
                if (slice < shelves.Count) Alone(slice, mine.Tally, visit);
                else Together((slice - shelves.Count) * GroupsASlice, mine.Tally, visit, together ? mine.Scratch : null);
                return mine;
            },
            mine =>
            {
                lock (tallies) tallies.Add(mine.Tally);
            });
        return tallies;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Alone<T>(int slice, T tally, Visit<T> visit)
    {
        var (shelf, marks) = (shelves[slice], units.Marks[slice]);
        for (var actor = 0; actor < shelf.Count; actor++)
        {
            if ((marks[actor] & (Units.Elsewhere | Units.Test)) != 0) continue;
            visit(tally, new Unit(shelf.Key(actor), (marks[actor] & Units.Customer) != 0, (byte)slice, actor), shelf.Of(actor));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Together<T>(int from, T tally, Visit<T> visit, List<ulong>? scratch)
    {
        for (var group = from; group < Math.Min(from + GroupsASlice, units.GroupKeys.Length); group++)
        {
            if ((units.GroupMarks[group] & Units.Test) != 0) continue;
            var members = units.Members.AsSpan(units.GroupStarts[group], units.GroupStarts[group + 1] - units.GroupStarts[group]);
            var customer = (units.GroupMarks[group] & Units.Customer) != 0;
            if (scratch is null)
            {
                foreach (var (shelf, actor) in members) visit(tally, new Unit(shelves[shelf].Key(actor), customer, shelf, actor), shelves[shelf].Of(actor));
                continue;
            }

            scratch.Clear();
            foreach (var (shelf, actor) in members) scratch.AddRange(shelves[shelf].Of(actor));
            var events = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(scratch);
            if (members.Length > 1) events.Sort();
            visit(tally, new Unit(units.GroupKeys[group], customer, members[0].Shelf, members[0].Actor), events);
        }
    }

    /// <summary>How many events carry each tag: what there is to build a funnel of.</summary>
    public IReadOnlyList<long> Counts => counts;

    /// <summary>The same log, looked at later.</summary>
    public Track Later(DateTime now, long timestamp) => new(shelves, units, labels, counts, now, cut, timestamp, bots);
}
