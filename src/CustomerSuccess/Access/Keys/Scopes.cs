namespace CustomerSuccess.Access.Keys;

/// <summary>What a key may do.</summary>
public static class Scopes
{
    /// <summary>Send events.</summary>
    public const string Ingest = "ingest";

    /// <summary>Read what a viewer reads.</summary>
    public const string Read = "read";

    /// <summary>Everything an admin may, sending events included.</summary>
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Ingest, Read, Admin];
}
