using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Access.Keys;

/// <summary>Settings of API keys.</summary>
/// <param name="RequestsPerSecond">CS_KEY_RATE: requests a second of a key that names no rate of its own, 1 to 1,000,000.</param>
public sealed record KeySettings(int RequestsPerSecond = 20_000)
{
    public static KeySettings Read(IConfiguration source) => source["CS_KEY_RATE"] is not { Length: > 0 } text ? new()
        : int.TryParse(text, CultureInfo.InvariantCulture, out var rate) && rate is >= 1 and <= 1_000_000 ? new(rate)
        : throw new Trouble($"CS_KEY_RATE is '{text}', which is no number of requests a second.", "Use a whole number from 1 to 1000000, or leave it out.");
}
