namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>What may lie between the steps of a funnel.</summary>
public enum StepOrder
{
    /// <summary>Step after step; other events may lie between.</summary>
    Sequential,

    /// <summary>Step after step with nothing between.</summary>
    Strict,

    /// <summary>All steps, in whatever order.</summary>
    Any,
}

/// <summary>A funnel as the walk sees it. Instants and the window are microseconds since 2000 (<see cref="Packed"/>).</summary>
/// <param name="Steps">2 to 10.</param>
/// <param name="Order">What may lie between.</param>
/// <param name="Window">The last step lies at most this long after the entry.</param>
/// <param name="From">Entries count from here on …</param>
/// <param name="To">… and before this; what follows an entry may lie behind it.</param>
public sealed record Shape(int Steps, StepOrder Order, long Window, long From, long To);

/// <summary>
/// An event in eight bytes: microseconds since 2000 above, a tag of twelve bits below. Sorting the numbers sorts by time; what
/// a tag means to a funnel says a table of masks: bit k stands for step k+1, the highest bit excludes.
/// </summary>
public static class Packed
{
    public const int TagBits = 12, Tags = 1 << TagBits;

    /// <summary>Unseen is passed over even where everything counts.</summary>
    public const ushort Excludes = 1 << 15, Unseen = 1 << 14, AllSteps = (1 << 10) - 1;

    private const ulong TagMask = Tags - 1;

    public static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static ulong Event(long micros, int tag) => ((ulong)micros << TagBits) | (uint)tag;

    public static long Time(ulong packed) => (long)(packed >> TagBits);

    public static int Tag(ulong packed) => (int)(packed & TagMask);

    public static long Micros(DateTime at) => Math.Clamp((at - Epoch).Ticks / 10, 0, 1L << 51);

    public static DateTime Instant(long micros) => Epoch.AddTicks(micros * 10);
}
