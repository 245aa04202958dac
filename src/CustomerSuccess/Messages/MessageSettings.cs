using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Messages;

/// <summary>How messages go out. docs/operate/settings.md.</summary>
public sealed record MessageSettings
{
    /// <summary>CS_MESSAGES_PATIENCE: minutes for which a provider may answer 429 before that counts as a refusal, 1 to 1440.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long one is tried at all, from the first time a channel was asked.</summary>
    public TimeSpan GiveUp { get; init; } = TimeSpan.FromDays(1);

    /// <summary>CS_MESSAGES_LEASE: seconds after which a message whose worker was not heard of is another's, 10 to 600.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>CS_MESSAGES_TIMEOUT: seconds that a provider has to answer, 1 to 120.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many are under way at once in a process, for each line (Kit; mail).</summary>
    public int Lanes { get; init; } = 8;

    /// <summary>CS_MESSAGES=off: this process sends none; others on the same database do.</summary>
    public bool Sends { get; init; } = true;

    /// <summary>CS_SCHEDULES=off: this process runs no schedules; others on the same database do.</summary>
    public bool Schedules { get; init; } = true;

    public static MessageSettings Read(IConfiguration source)
    {
        var defaults = new MessageSettings();
        return defaults with
        {
            Patience = TimeSpan.FromMinutes(Number(source, "CS_MESSAGES_PATIENCE", "minutes", defaults.Patience.TotalMinutes, 1, 1440)),
            Lease = TimeSpan.FromSeconds(Number(source, "CS_MESSAGES_LEASE", "seconds", defaults.Lease.TotalSeconds, 10, 600)),
            Timeout = TimeSpan.FromSeconds(Number(source, "CS_MESSAGES_TIMEOUT", "seconds", defaults.Timeout.TotalSeconds, 1, 120)),
            Sends = On(source, "CS_MESSAGES"),
            Schedules = On(source, "CS_SCHEDULES"),
        };
    }

    private static bool On(IConfiguration source, string name) => (source[name] ?? "on").Trim() switch
    {
        "on" or "" => true,
        "off" => false,
        var other => throw new Trouble($"{name} is '{other}'.", "Use on or off, or leave it out."),
    };

    private static double Number(IConfiguration source, string name, string unit, double otherwise, int least, int most) =>
        source[name] is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new Trouble($"{name} is '{text}', which is no number of {unit}.", $"Use a whole number from {least} to {most}, or leave it out.");
}
