using System.Text.Json;

namespace CustomerSuccess.Events.Dialects;

/// <summary>What clients of Jitsu say: Segment's messages, one a request, the call in the path. Pure.</summary>
public static class Jitsu
{
    public const string Source = "jitsu";

    public static ReadResult Read(JsonElement message, Arrival arrival, string? call) => Segment.Read(message, Source, arrival, call);
}
