using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>Settings of the log in memory.</summary>
/// <param name="Megabytes">CS_FUNNEL_MEMORY: how much of it reading the log may take, 16 to 65,536 MB.</param>
/// <param name="IdleMinutes">CS_FUNNEL_IDLE: minutes without a question after which it is forgotten, 1 to 1,440.</param>
public sealed record EngineSettings(int Megabytes = 400, int IdleMinutes = 5)
{
    // While it is read an event takes 12 bytes and whoever did it 24, later 8 and 17.
    private const long BytesAnEvent = 20;

    public long MostEvents { get; init; } = Megabytes * 1_000_000L / BytesAnEvent;

    public static EngineSettings Read(IConfiguration source) => new(
        Number(source, "CS_FUNNEL_MEMORY", 400, 16, 65_536, "megabytes"), Number(source, "CS_FUNNEL_IDLE", 5, 1, 1_440, "minutes"));

    private static int Number(IConfiguration source, string name, int fallback, int least, int most, string what) => source[name] is not { Length: > 0 } text ? fallback
        : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new Trouble($"{name} is '{text}', which is no number of {what}.", $"Use a whole number from {least} to {most}, or leave it out.");
}
