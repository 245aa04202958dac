using CustomerSuccess.Customers;
using CustomerSuccess.Onboarding;

namespace CustomerSuccess.Tracking;

/// <summary>What a value may look like, for the command line and for each cell of a file. Null: fine; else what is wrong.</summary>
public static class Fields
{
    /// <summary>The id of a row may hold the id of a customer: o-CUSTOMER, e-CUSTOMER-20250505.</summary>
    public const int RowId = 150, Name = 200, Short = 100, Blocker = 60, Notes = 10_000;

    public static string? Text(string name, string value, int most, bool required = false)
    {
        if (required && string.IsNullOrWhiteSpace(value)) return $"{name} is empty";
        if (value.Length > most) return $"{name} is longer than {most} characters";
        if (value.Contains('\0')) return $"{name} holds a NUL character";
        return Surrogates(value) ? $"{name} holds half a character (a lone surrogate)" : null;
    }

    public static string? EmailAddress(string value) =>
        string.IsNullOrWhiteSpace(value) ? "email is empty"
        : CustomerFields.IsEmail(value) ? null : $"email '{Shown(value)}' is not an address like name@example.com";

    public static string? Step(string value) =>
        OnboardingSteps.Exists(value) ? null : $"there is no step '{Shown(value)}'; the five are {string.Join(", ", OnboardingSteps.All)}";

    public static string? Status(string value) =>
        CustomerFields.Statuses.Contains(value, StringComparer.Ordinal) ? null : $"status '{Shown(value)}' is none of {string.Join(", ", CustomerFields.Statuses)}";

    /// <summary>A value as an error message may repeat it: one line, not long.</summary>
    public static string Shown(string value)
    {
        var line = string.Concat(value.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length <= 60 ? line : line[..57] + "...";
    }

    private static bool Surrogates(string value)
    {
        for (var n = 0; n < value.Length; n++)
        {
            if (!char.IsSurrogate(value[n])) continue;
            if (n + 1 >= value.Length || !char.IsSurrogatePair(value[n], value[n + 1])) return true;
            n++;
        }

        return false;
    }
}
