using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CustomerSuccess.Access.Users;

/// <summary>Stores and checks passwords: PBKDF2 with HMAC-SHA-512, 220,000 rounds, a salt each (ASP.NET Core Identity's format 3).</summary>
public static class Passwords
{
    public const int Rounds = 220_000;

    // Hashing takes a tenth of a second of a core on purpose; two at a time leave the machine usable under a flood.
    private static readonly SemaphoreSlim Turn = new(2);

    private static readonly PasswordHasher<User> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Rounds }));
    private static readonly User Nobody = new();

    // Checked where there is no user or no password, so that both answers take the same time.
    private static readonly Lazy<string> Unknowable = new(() => Hasher.HashPassword(Nobody, Convert.ToHexString(RandomNumberGenerator.GetBytes(32))));

    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    /// <summary>Whether it is the password of this hash; takes as long where there is none.</summary>
    public static async Task<bool> Right(string? hash, string password, CancellationToken ct)
    {
        if (!await Turn.WaitAsync(TimeSpan.FromSeconds(5), ct)) throw new TimeoutException("Too many sign-ins at once.");
        try
        {
            // Longer ones cannot be anyone's, and hashing megabytes is work for nothing.
            var right = Hasher.VerifyHashedPassword(Nobody, hash ?? Unknowable.Value, password.Length > PasswordRules.MaxLength ? "" : password) != PasswordVerificationResult.Failed;
            return right && hash is not null && password.Length <= PasswordRules.MaxLength;
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>A new value for the columns that end all sessions of a user.</summary>
    public static string Stamp() => Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
}
