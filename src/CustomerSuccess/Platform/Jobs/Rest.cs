namespace CustomerSuccess.Platform.Jobs;

/// <summary>
/// How long a worker behind the events rests after a round. Under load the next round takes all that came meanwhile, so a busy
/// customer is worked out once and not per event; nineteen times as long as the round took, so that a worker takes a twentieth of
/// one core however much there is to do.
/// </summary>
public static class Rest
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    public static TimeSpan After(TimeSpan round) => TimeSpan.FromTicks(Math.Clamp(19 * round.Ticks, Shortest.Ticks, Longest.Ticks));
}
