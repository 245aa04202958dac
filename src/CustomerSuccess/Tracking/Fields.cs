using CustomerSuccess.Onboarding;

namespace CustomerSuccess.Tracking;

/// <summary>What a value may look like, for the command line and for each cell of a file. Null: fine; else what is wrong.</summary>
public static class Fields
{
    public const int Id = 100, Email = 254, Name = 200, Short = 100, Blocker = 60, Notes = 10_000;

    public static string? Text(string name, string value, int most, bool required = false)
    {
        if (required && string.IsNullOrWhiteSpace(value)) return $"{name} is empty";
        if (value.Length > most) return $"{name} is longer than {most} characters";
        if (value.Contains('\0')) return $"{name} holds a NUL character";
        return Surrogates(value) ? $"{name} holds half a character (a lone surrogate)" : null;
    }

    /// <summary>One @ with something on both sides, a dot after it, and no space or control character.</summary>
    public static string? EmailAddress(string value)
    {
        if (Text("email", value, Email, required: true) is { } wrong) return wrong;
        var at = value.IndexOf('@', StringComparison.Ordinal);
        var fits = at > 0 && at == value.LastIndexOf('@') && value.IndexOf('.', at) is var dot && dot > at + 1 && value[^1] != '.'
            && !value.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter is ',' or ';' or '<' or '>');
        return fits ? null : $"email '{Shown(value)}' is not an address like name@example.com";
    }

    public static string? Step(string value) =>
        OnboardingSteps.Exists(value) ? null : $"there is no step '{Shown(value)}'; the five are {string.Join(", ", OnboardingSteps.All)}";

    public static string? Status(string value) =>
        CustomerRow.Statuses.Contains(value, StringComparer.Ordinal) ? null : $"status '{Shown(value)}' is none of {string.Join(", ", CustomerRow.Statuses)}";

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
