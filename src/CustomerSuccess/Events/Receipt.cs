namespace CustomerSuccess.Events;

/// <summary>What became of one message: accepted, late (accepted, and restates the earlier day it belongs to), duplicate, rejected or quarantined.</summary>
public enum Verdict
{
    Accepted,
    Late,
    Duplicate,
    Rejected,
    Quarantined,
}

/// <summary>The answer to one message, with the reason for anything but plain acceptance.</summary>
public sealed record Receipt(string Id, Verdict Verdict, string? Reason = null)
{
    /// <summary>The customer named does not exist; the HTTP edge answers 404.</summary>
    public bool UnknownCustomer { get; init; }

    public bool Stored => Verdict is Verdict.Accepted or Verdict.Late;
}
