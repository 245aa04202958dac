namespace CustomerSuccess.Messages.Consent.Limits;

/// <summary>At most so many in any window of this length.</summary>
public sealed record Cap(TimeSpan Window, int Most)
{
    public string Words => $"{Most} in {(Window == TimeSpan.FromDays(1) ? "24 hours" : "7 days")}";
}

/// <summary>Whether there is room for one more. Pure.</summary>
public static class Caps
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static IReadOnlyList<Cap> Planned(MailLimits limits) => [new(TimeSpan.FromDays(1), limits.PerDay), new(Longest, limits.PerWeek)];

    public static IReadOnlyList<Cap> Prompt(MailLimits limits) => [new(TimeSpan.FromDays(1), limits.PromptPerDay)];

    /// <summary>The first instant from now on at which one more breaks no cap, and the cap that it waits for (null: none, now).</summary>
    /// <param name="caps">All of them hold.</param>
    /// <param name="sent">When the others went.</param>
    /// <param name="now">The product's clock.</param>
    public static (DateTime At, Cap? Full) Free(IReadOnlyList<Cap> caps, IReadOnlyList<DateTime> sent, DateTime now)
    {
        var newest = sent.OrderDescending().ToList();
        var (at, full) = (now, (Cap?)null);
        foreach (var cap in caps)
        {
            // The one that is as many back as the cap allows must have left the window.
            if (newest.Count < cap.Most || newest[cap.Most - 1] + cap.Window is var free && free <= at) continue;
            (at, full) = (newest[cap.Most - 1] + cap.Window, cap);
        }

        return (at, full);
    }
}
