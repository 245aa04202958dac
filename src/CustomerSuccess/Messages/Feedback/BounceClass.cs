namespace CustomerSuccess.Messages.Feedback;

/// <summary>Whether an enhanced status code (RFC 3463) says that the address itself does not work, for good. Pure.</summary>
public static class BounceClass
{
    // 5.1.7 and 5.1.8 are about our own address; 5.2.2, 5.2.3 and everything of 5.3 and 5.7 pass or are about this mail.
    private static readonly HashSet<string> Hard = new(StringComparer.Ordinal) { "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.0", "5.2.1", "5.4.4", "5.0.0" };

    /// <param name="status">5.1.1; empty where none was given.</param>
    /// <param name="permanent">Whether it was said to be for good.</param>
    /// <param name="words">What the other server wrote, for codes that say nothing.</param>
    public static bool IsHard(string status, bool permanent, string words)
    {
        if (!permanent || status.StartsWith('4')) return false;
        if (status is "" or "5.0.0" or "5.1.0" or "5.2.0") return !Passing(words);
        return Hard.Contains(status);
    }

    // Codes of 5.x.0 say nothing: the words do.
    private static bool Passing(string words) =>
        new[] { "quota", "full", "spam", "blocked", "blacklist", "block list", "policy", "reputation", "rate", "too many", "too large", "size", "temporar", "try again", "greylist", "dmarc", "spf", "dkim", "denied" }
            .Any(word => words.Contains(word, StringComparison.OrdinalIgnoreCase));
}
