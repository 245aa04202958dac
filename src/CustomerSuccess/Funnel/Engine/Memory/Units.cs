using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// Who counts as one: an actor alone, or all actors whose links lead to the same. Marks say of every actor on its shelf what it is;
/// members of a group are walked with their group.
/// </summary>
internal sealed class Units
{
    public const byte Elsewhere = 1, Customer = 2, Test = 4;

    /// <summary>By shelf and place; the last shelf is the one of what came lately.</summary>
    public required byte[][] Marks { get; init; }

    public required ulong[] GroupKeys { get; init; }

    public required byte[] GroupMarks { get; init; }

    /// <summary>Where each group's members begin; one more than there are groups.</summary>
    public required int[] GroupStarts { get; init; }

    public required (byte Shelf, int Actor)[] Members { get; init; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Units Of(IReadOnlyList<Shelf> shelves, Links links)
    {
        var lately = shelves.Count - 1;
        var marks = shelves.Select(shelf => new byte[shelf.Count]).ToArray();

        // Whoever did something lately stands whole on the last shelf.
        for (var n = 0; n < shelves[lately].Count; n++)
        {
            var (shelf, actor) = Place(shelves, shelves[lately].Key(n), old: true);
            if (actor >= 0) marks[shelf][actor] = Elsewhere;
        }

        var linked = new List<(ulong Root, byte Shelf, int Actor)>();
        var roots = new HashSet<ulong>();
        foreach (var (from, _) in links.Targets)
        {
            var (shelf, actor) = Place(shelves, from, old: false);
            if (actor < 0) continue;
            var root = links.Root(from);
            linked.Add((root, (byte)shelf, actor));
            marks[shelf][actor] |= Elsewhere;
            roots.Add(root);
        }

        foreach (var root in roots)
        {
            var (shelf, actor) = Place(shelves, root, old: false);
            if (actor < 0 || (marks[shelf][actor] & Elsewhere) != 0) continue;
            linked.Add((root, (byte)shelf, actor));
            marks[shelf][actor] |= Elsewhere;
        }

        foreach (var (customer, test) in links.Customers)
        {
            var (shelf, actor) = Place(shelves, customer, old: false);
            if (actor >= 0) marks[shelf][actor] |= Mark(test);
        }

        linked.Sort((a, b) => a.Root.CompareTo(b.Root));
        var (keys, starts, kinds) = (new List<ulong>(), new List<int>(), new List<byte>());
        for (var n = 0; n < linked.Count; n++)
        {
            if (n > 0 && linked[n].Root == linked[n - 1].Root) continue;
            keys.Add(linked[n].Root);
            starts.Add(n);
            kinds.Add(links.Customers.TryGetValue(linked[n].Root, out var test) ? Mark(test) : (byte)0);
        }

        starts.Add(linked.Count);
        return new Units
        {
            Marks = marks,
            GroupKeys = [.. keys],
            GroupStarts = [.. starts],
            GroupMarks = [.. kinds],
            Members = [.. linked.Select(each => (each.Shelf, each.Actor))],
        };
    }

    private static byte Mark(bool test) => test ? (byte)(Customer | Test) : Customer;

    /// <summary>Where an actor's whole history stands: among what came lately, or on its old shelf.</summary>
    private static (int Shelf, int Actor) Place(IReadOnlyList<Shelf> shelves, ulong key, bool old)
    {
        var lately = shelves.Count - 1;
        if (!old && shelves[lately].Find(key) is >= 0 and var fresh) return (lately, fresh);
        var shelf = (int)(key >> ReadLog.ShelfShift);
        return (shelf, shelves[shelf].Find(key));
    }
}
