using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Web.CustomerPage.Advice;

/// <summary>Something to do for a customer now. Name: for ever, as in technical_call; Why: the evidence; the mail is a draft.</summary>
public sealed record Proposal(string Name, string Title, string Why, string Subject, string Body)
{
    /// <summary>Calls are arranged, everything else is done.</summary>
    public bool Call { get; init; }

    /// <summary>A mail program opens with the draft.</summary>
    public string MailTo(string email) => $"{Mail.To(email)}?subject={Uri.EscapeDataString(Subject)}&body={Uri.EscapeDataString(Body.ReplaceLineEndings("\r\n"))}";
}

/// <summary>What proposals are made from: everything known about one customer today.</summary>
public sealed record Situation(
    string Organization, string Contact, string Status, int Score, string Trend, int? WeekAgo, string BlockerType, string BlockerNotes, string? NextStep,
    bool Completed, int DaysSinceSignup, int DaysIdle, bool EverActive, long Generated, long Merged, long Rejected, long SupportThisMonth, string Sender);
