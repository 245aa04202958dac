using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Role, disabling, a new link. Each ends the user's sessions within a minute, and none may leave the house without an admin.</summary>
public sealed class ChangeUser(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
{
    /// <summary>What is in the way, if anything; where a link was asked for, the token for /set-password.</summary>
    public sealed record Result(bool Found, string? Problem = null, string? Token = null);

    public Task<Result> SetRole(string id, string role, string actor, CancellationToken ct) => Roles.All.Contains(role)
        ? Change(id, actor, "user.role_changed", new { role }, "role = @role", new { role }, ct)
        : Task.FromResult(new Result(true, $"There is no role '{role}'; choose admin, manager or viewer."));

    public Task<Result> Disable(string id, string actor, CancellationToken ct) =>
        Change(id, actor, "user.disabled", null, "disabled_at = coalesce(disabled_at, @now)", new { }, ct);

    /// <summary>Lets a disabled or resting user in again.</summary>
    public Task<Result> Enable(string id, string actor, CancellationToken ct) =>
        Change(id, actor, "user.enabled", null, "disabled_at = null, lockout_end = null, access_failed_count = 0", new { }, ct);

    /// <summary>Takes the password away and makes a link to choose another.</summary>
    public Task<Result> ResetPassword(string id, string actor, CancellationToken ct) =>
        Change(id, actor, "user.password_reset", null, "password_hash = null, lockout_end = null, access_failed_count = 0", new { }, ct, link: true);

    private async Task<Result> Change(string id, string actor, string action, object? details, string set, object values, CancellationToken ct, bool link = false)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // All admins' rows are locked, so that two admins cannot disable each other at the same moment.
        await connection.ExecuteAsync(new CommandDefinition("select id from users where role = 'admin' order by id for update", null, transaction, cancellationToken: ct));
        var arguments = new DynamicParameters(values);
        arguments.AddDynamicParams(new { id, now = clock.Now(), stamp = Passwords.Stamp() });
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            $"update users set {set}, security_stamp = @stamp, concurrency_stamp = @stamp where id = @id", arguments, transaction, cancellationToken: ct));
        if (changed == 0) return new(false);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from users where role = 'admin' and disabled_at is null)", null, transaction, cancellationToken: ct)))
            return new(true, "This is the last admin. Make another user admin first.");
        var token = link ? await OneTimeLink.Make(connection, transaction, OneTimeLink.SetPassword, id, clock.Now(), ct) : null;
        await audit.Write(connection, transaction, actor, action, "user:" + id, details, ct);
        await transaction.CommitAsync(ct);
        return new(true, null, token);
    }
}
