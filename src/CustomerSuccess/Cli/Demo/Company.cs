namespace CustomerSuccess.Cli.Demo;

/// <summary>
/// An invented customer and the course of its life, told in days: SignedUp days ago; Steps, the day after signup on which
/// each of the five was done ("0 0 2 4 -": the fifth is missing); Pace, issues on a weekday; Merged, the share of its pull
/// requests that was merged; Quiet, the days since it last did anything.
/// </summary>
public sealed record Company(
    string Name, string GitHub, string Industry, string Cohort, int Team, string Plan, decimal Mrr, string Contact, int SignedUp, string Steps,
    double Pace = 0, double Merged = 0.8, int Quiet = 0)
{
    /// <summary>Hours the working day of its people is ahead of UTC.</summary>
    public int Zone { get; init; } = 1;

    /// <summary>The share merged in the last ten days of more pull requests than usual, where that is another one.</summary>
    public double? MergedLately { get; init; }

    /// <summary>Support requests on a weekday.</summary>
    public double Asks { get; init; } = 0.02;

    /// <summary>What stands in the way, since how many days.</summary>
    public (string Type, string Notes, int Since)? Blocker { get; init; }

    /// <summary>Steps that were taken back, so many days ago, and not done again.</summary>
    public (string Step, int Ago)[] TakenBack { get; init; } = [];

    /// <summary>A step taken back on a day after signup, and the day it was done again.</summary>
    public (string Step, int Reset, int Again)? Redone { get; init; }

    /// <summary>A blocker that was solved: type, from and to as days after signup.</summary>
    public (string Type, int From, int To)? Solved { get; init; }

    /// <summary>A later change of the account: the fields as customer_updated carries them, days ago.</summary>
    public (string Fields, int Ago)? Changed { get; init; }

    public bool IsTest { get; init; }

    /// <summary>Hours from sign-up to the first API key; null: it never made one.</summary>
    public double? Key { get; init; } = 0.2;

    /// <summary>Calls that are refused lately: status, how many, and when the last was.</summary>
    public (int Status, int Calls, double HoursAgo)? Refused { get; init; }

    /// <summary>What staff wrote down, with days ago.</summary>
    public (string Text, int Ago)? Note { get; init; }

    /// <summary>Recorded by hand every week as well, from the time before the Action reported.</summary>
    public bool Recorded { get; init; }
}
