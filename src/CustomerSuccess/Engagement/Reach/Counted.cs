namespace CustomerSuccess.Engagement.Reach;

/// <summary>How often something happened (at most as often as needed), when that was enough, and by what: event:ID, usage, or empty.</summary>
public sealed record Counted(int N, DateTime? ReachedAt, string By)
{
    public static Counted Nothing { get; } = new(0, null, "");
}
