using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Sources;

/// <summary>Settings of sources.</summary>
/// <param name="AcceptUnknown">CS_UNKNOWN_SOURCES, accept or refuse: what to do with a Plausible domain or Umami website nobody added.</param>
public sealed record SourceSettings(bool AcceptUnknown = true)
{
    public static SourceSettings Read(IConfiguration source) => source["CS_UNKNOWN_SOURCES"] switch
    {
        null or "" or "accept" => new(),
        "refuse" => new(AcceptUnknown: false),
        var other => throw new Trouble($"CS_UNKNOWN_SOURCES is '{other}'.", "Use accept or refuse, or leave it out."),
    };
}
