using CustomerSuccess.Platform;

namespace CustomerSuccess.Events;

/// <summary>The day of a question about the past, as requests name it: as_of.</summary>
public static class PastDay
{
    /// <summary>What is wrong with it, or null; no day where none is asked for. What is still to come cannot be known.</summary>
    public static Fault? Fault(string? text, TimeProvider clock, out DateOnly? day)
    {
        day = null;
        if (string.IsNullOrEmpty(text)) return null;
        if (!Days.TryParse(text, out var parsed) || parsed > clock.Today()) return new Fault("as_of", "must be a day like 2026-11-20, not after today");
        day = parsed;
        return null;
    }
}
