namespace CustomerSuccess.Platform.Jobs;

/// <summary>
/// Recurring work. Due says which period is due at an instant (a day, as "2025-05-05"), or null: it runs once for each.
/// Run does the work, says in a few words what came of it (nothing: not worth a word), and may be repeated for the same period.
/// </summary>
public sealed record Job(string Name, Func<DateTime, string?> Due, Func<DateTime, CancellationToken, Task<string>> Run)
{
    /// <summary>Once a day from this time on, UTC; later that day where nobody was up in time.</summary>
    public static Func<DateTime, string?> Daily(TimeOnly time) => now => TimeOnly.FromDateTime(now) >= time ? now.Day().Iso() : null;

    /// <summary>Every so many minutes, from the full hour on.</summary>
    public static Func<DateTime, string?> Every(int minutes) => now =>
        now.AddTicks(-(now.Ticks % TimeSpan.FromMinutes(minutes).Ticks)).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
