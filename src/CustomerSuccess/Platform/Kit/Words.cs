using System.Globalization;

namespace CustomerSuccess.Platform.Kit;

/// <summary>How the product's own names read to people, and figures and dates as they are written on pages.</summary>
public static class Words
{
    public static IReadOnlyList<string> Statuses { get; } = ["champion", "healthy", "needs_attention", "at_risk", "inactive"];

    /// <summary>at_risk → At risk, github_permissions → GitHub permissions; text people typed stays as it is.</summary>
    public static string Plain(string name)
    {
        if (name.Length == 0 || name.Contains(' ')) return name;
        var words = name.Split('_', '-').Select((word, n) => word.ToLowerInvariant() switch
        {
            "github" => "GitHub",
            "pr" => "PR",
            "prs" => "PRs",
            "api" => "API",
            "ci" => "CI",
            "id" => "ID",
            "vip" => "VIP",
            "sso" => "SSO",
            _ when n == 0 && word.Length > 0 => char.ToUpperInvariant(word[0]) + word[1..],
            _ => word,
        });
        return name.Any(char.IsUpper) ? name : string.Join(' ', words);
    }

    public static string Status(string status) => Plain(status);

    public static string Stage(string stage) => Plain(stage);

    /// <summary>1 customer, 2 customers.</summary>
    public static string Count(long n, string one, string? many = null) => $"{Number(n)} {(n == 1 ? one : many ?? one + "s")}";

    public static string Number(long n) => n.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>12.3k above 100,000, for places with little room.</summary>
    public static string Short(long n) => n < 100_000 ? Number(n) : n < 1_000_000 ? $"{n / 1000}k" : (n / 1_000_000m).ToString("0.#", CultureInfo.InvariantCulture) + "M";

    /// <summary>How long something took, in the two largest units: 45 s, 12 min, 3 h 20 min, 2 days 4 h; a minus where it came the other way round.</summary>
    public static string Took(double seconds)
    {
        if (seconds < 0) return "−" + Took(-seconds);
        var time = TimeSpan.FromSeconds(seconds);
        return time.TotalMinutes < 1 ? $"{(int)time.TotalSeconds} s"
            : time.TotalHours < 1 ? $"{(int)time.TotalMinutes} min"
            : time.TotalDays < 1 ? time.Minutes == 0 ? $"{time.Hours} h" : $"{time.Hours} h {time.Minutes} min"
            : time.Hours == 0 || time.TotalDays >= 10 ? Count((long)time.TotalDays, "day") : $"{Count((long)time.TotalDays, "day")} {time.Hours} h";
    }

    public static string Day(DateOnly day, DateOnly today) =>
        day.ToString(day.Year == today.Year ? "MMM d" : "MMM d, yyyy", CultureInfo.InvariantCulture);

    /// <summary>today, yesterday, 3 days ago; the date beyond 30 days and tomorrow, in 3 days for what is to come.</summary>
    public static string Ago(DateOnly day, DateOnly today) => (today.DayNumber - day.DayNumber) switch
    {
        0 => "today",
        1 => "yesterday",
        -1 => "tomorrow",
        > 1 and <= 30 and var days => $"{days} days ago",
        < -1 and >= -30 and var days => $"in {-days} days",
        _ => Day(day, today),
    };

    /// <summary>just now, 12 min ago, 3 hours ago, then days as the reader's calendar counts them.</summary>
    public static string Ago(DateTime at, DateTime now, TimeZoneInfo zone)
    {
        var passed = now - at;
        if (passed >= TimeSpan.Zero && passed < TimeSpan.FromHours(12))
        {
            return passed.TotalMinutes switch
            {
                < 1 => "just now",
                < 60 => $"{(int)passed.TotalMinutes} min ago",
                < 120 => "1 hour ago",
                _ => $"{(int)passed.TotalHours} hours ago",
            };
        }

        return Ago(DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(at, zone)), DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(now, zone)));
    }
}
