namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>Room to work in, one per thread.</summary>
internal sealed class Room
{
    /// <summary>Masks of one instant: ten steps, and of every mask at most eleven.</summary>
    public const int Wide = 256;

    public ushort[] Masks { get; } = new ushort[Wide];

    public List<long> Entries { get; } = [];

    public List<long> Exclusions { get; } = [];

    public List<ushort> Distinct { get; } = [];

    /// <summary>By mask; all zero between units.</summary>
    public int[] Often { get; } = new int[Packed.AllSteps + 1];

    public long[] Tried { get; } = new long[10];
}
