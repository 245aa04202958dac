using System.Collections.Frozen;

namespace CustomerSuccess.Access.Users;

/// <summary>
/// What a password must be: long, and not one that everybody tries first. No rules of composition, after NIST SP 800-63B §3.1.1.
/// </summary>
public static class PasswordRules
{
    public const int MinLength = 12;
    public const int MaxLength = 256;

    /// <summary>For the page, before anyone has typed.</summary>
    public const string Advice = "At least 12 characters. A few unrelated words are easy to remember and hard to guess.";

    private static readonly FrozenSet<string> Common = Read();
    private static readonly char[] Marks = [.. "0123456789!?.,-_#$%&*+@ "];

    /// <summary>What is wrong with a password, in words for the person who chose it; null when nothing is.</summary>
    public static string? Problem(string password, string email, string name = "")
    {
        if (password.Length < MinLength) return $"Use at least {MinLength} characters; this has {password.Length}.";
        if (password.Length > MaxLength) return $"Use at most {MaxLength} characters.";
        var plain = password.ToLowerInvariant();
        if (plain.Distinct().Count() < 5) return "Too few different characters. Choose something less regular.";
        if (Common.Contains(plain) || EverydayWord(plain) || EverydayWord(Unmasked(plain.Trim(Marks)))) return "This is one of the passwords that everybody tries first. Choose another.";
        if (Walk(plain)) return "A run of neighbouring keys or letters is guessed quickly. Choose something less regular.";
        return Parts(email, name).Any(part => plain.Contains(part, StringComparison.Ordinal))
            ? "Leave your name, your address and the product's name out of the password."
            : null;
    }

    // "customer success" is on the sign-in page, so it is the first thing an attacker adds to the list.
    private static IEnumerable<string> Parts(string email, string name)
    {
        string[] typed = [.. email.Split('@', '.', '+', '-', '_'), .. name.Split(' ')];
        return typed.Where(part => part.Length >= 4).Select(part => part.ToLowerInvariant())
            .Concat([email.ToLowerInvariant(), "customersuccess", "customer-success", "customer success"])
            .Where(part => part.Length >= 4);
    }

    // A common word with digits and marks around it, or repeated: password2026!, welcomewelcome.
    private static bool EverydayWord(string plain)
    {
        var word = plain.Trim(Marks);
        if (word.Length == 0 || Common.Contains(word)) return true;
        for (var length = 3; length <= word.Length / 2; length++)
        {
            if (word.Length % length == 0 && Common.Contains(word[..length]) && string.Concat(Enumerable.Repeat(word[..length], word.Length / length)) == word) return true;
        }

        return false;
    }

    // p@ssw0rd is password.
    private static string Unmasked(string plain) =>
        plain.Replace('@', 'a').Replace('4', 'a').Replace('3', 'e').Replace('1', 'i').Replace('!', 'i').Replace('0', 'o').Replace('$', 's').Replace('5', 's').Replace('7', 't');

    // All of it along a keyboard row, the alphabet or the digits, forwards, backwards or repeated.
    private static bool Walk(string plain)
    {
        foreach (var row in (ReadOnlySpan<string>)["qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1234567890", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6y7u8i9o0p"])
        {
            var circle = string.Concat(Enumerable.Repeat(row, MaxLength / row.Length + 2));
            if (circle.Contains(plain, StringComparison.Ordinal) || new string([.. circle.Reverse()]).Contains(plain, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("Access/Users/common-passwords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
