namespace CustomerSuccess.Events.Dialects;

/// <summary>What is known of a call beside its body; the translators are pure, so this is all they hear of the world.</summary>
/// <param name="At">When it came.</param>
/// <param name="Actor">The source or key it came under.</param>
/// <param name="Agent">Its User-Agent.</param>
/// <param name="Customer">The customer the key is bound to: only that one may be named, and where none is, it is meant.</param>
/// <param name="Visitor">What stands for a visitor without a cookie, for a day, on this site.</param>
/// <param name="Sent">What the sender's clock showed, where the body says it once for all its messages.</param>
public sealed record Arrival(DateTime At, string? Actor = null, string? Agent = null, string? Customer = null, string? Visitor = null, DateTime? Sent = null);
