using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Messages.Pages;

/// <summary>Kinds of messages as people call them.</summary>
public static class KindName
{
    public static string Of(string kind) => kind == Kinds.ReEngagement ? "Re-engagement" : Words.Plain(kind);
}
