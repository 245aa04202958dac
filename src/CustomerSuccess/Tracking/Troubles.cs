using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tracking;

/// <summary>What goes wrong in tracking, in the words people read.</summary>
internal static class Troubles
{
    public static Trouble UnknownCustomer(string id) =>
        new($"There is no customer '{Fields.Shown(id)}'.", "onboarding-report lists the ids; add-customer makes a new one.");

    public static Trouble EmailTaken(string email, string customerId) =>
        new($"The email {email} belongs to customer {customerId} already.", "Use another address, or work on that customer.");

    public static Trouble BrokenFiles(IReadOnlyList<RowError> errors) =>
        new(string.Join(Environment.NewLine, errors), errors.Count == 1 ? "Mend this line and try again; nothing was changed." : $"Mend these {errors.Count} lines and try again; nothing was changed.");
}
