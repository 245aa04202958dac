using System.Security.Claims;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Platform.Shell;

/// <summary>Who reads a page and how they want to see it: name, theme, time zone. One per request.</summary>
public sealed class Reader
{
    private readonly TimeProvider clock;

    public Reader(IHttpContextAccessor http, TimeProvider clock, IConfiguration settings)
    {
        this.clock = clock;
        Currency = settings["CS_CURRENCY"] ?? "€";
        var context = http.HttpContext;
        User = context?.User ?? new ClaimsPrincipal();
        Theme = context?.Request.Cookies["theme"] is "light" or "dark" ? context.Request.Cookies["theme"] : null;
        Zone = ZoneOf(context?.Request.Cookies["tz"]);
    }

    public ClaimsPrincipal User { get; }

    /// <summary>light or dark; null follows the system.</summary>
    public string? Theme { get; }

    public TimeZoneInfo Zone { get; }

    /// <summary>The sign before amounts of money (CS_CURRENCY).</summary>
    public string Currency { get; }

    public DateTime Now => clock.Now();

    /// <summary>The UTC day: what facts like "active today" mean.</summary>
    public DateOnly Today => clock.Today();

    public bool SignedIn => User.Identity?.IsAuthenticated == true;

    public string Email => User.FindFirstValue(ClaimTypes.Email) ?? User.Identity?.Name ?? "";

    /// <summary>What to call the reader: the given name, else the part of the address before the @.</summary>
    public string Name
    {
        get
        {
            var name = User.FindFirstValue(ClaimTypes.GivenName) ?? Email.Split('@', '.', '+')[0];
            return name.Length == 0 ? "" : char.ToUpperInvariant(name[0]) + name[1..];
        }
    }

    public string Initials => (Email.Split('@')[0].Split('.', '-', '_') is [{ Length: > 0 } first, { Length: > 0 } second, ..]
        ? $"{first[0]}{second[0]}" : Email[..Math.Min(2, Email.Length)]).ToUpperInvariant();

    public DateTime Local(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), Zone);

    /// <summary>€1,450, with cents only where there are some; a dash for none.</summary>
    public string Money(decimal? amount) => amount is not { } value ? "–"
        : (value < 0 ? "−" : "") + Currency + Math.Abs(value).ToString(value == decimal.Truncate(value) ? "#,0" : "#,0.00", System.Globalization.CultureInfo.InvariantCulture);

    private static TimeZoneInfo ZoneOf(string? name) =>
        name is { Length: > 0 and < 60 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
