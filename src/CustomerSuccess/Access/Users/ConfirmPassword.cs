using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Asks a signed-in user for the password again, before what a borrowed browser must not do.</summary>
public sealed class ConfirmPassword(NpgsqlDataSource db, TimeProvider clock)
{
    public const string Wrong = "That is not your password, or your account rests after five wrong tries.";

    /// <summary>Counts wrong tries as sign-in does.</summary>
    public async Task<bool> Right(string email, string password, CancellationToken ct)
    {
        var account = await Tries.Reserve(db, email, clock.Now(), ct);
        if (!await Passwords.Right(account is { Open: true } ? account.PasswordHash : null, password, ct)) return false;
        await Tries.Forget(db, account!.Id, null, ct);
        return true;
    }
}
