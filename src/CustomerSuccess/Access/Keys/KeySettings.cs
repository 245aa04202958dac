using System.ComponentModel.DataAnnotations;

namespace CustomerSuccess.Access.Keys;

/// <summary>Settings of API keys (section Keys).</summary>
public sealed record KeySettings
{
    /// <summary>Requests a second of a key that names no rate of its own.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 20_000;
}
