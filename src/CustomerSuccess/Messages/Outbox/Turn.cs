using CustomerSuccess.Messages.Channels;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>On whose behalf messages are leased: they go to this channel next.</summary>
/// <param name="Channel">That is next for them.</param>
/// <param name="Before">Those that come first on this line: messages of this turn were refused there.</param>
/// <param name="Last">No other comes after it on this line.</param>
/// <param name="Grant">What its bucket gave. Nothing: only those are leased for which it counts as having refused.</param>
public sealed record Turn(Channel Channel, IReadOnlyList<string> Before, bool Last, Buckets.Grant Grant)
{
    public bool Closed => Grant.Granted == 0;

    /// <summary>Why it counts as having refused a message that was leased although it takes none now.</summary>
    public string Refuses => Grant.RefusedUs ? $"{Channel.Title} lets us in no longer" : $"{Channel.Title} answered 429 until the deadline";

    /// <summary>It lets us in no longer, and others can take what it would have got.</summary>
    public bool PassesOn(IReadOnlyList<Channel> known) => Closed && Grant.RefusedUs && PickChannel.After(known, Channel);
}
