using System.Net.Mail;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Adds a member of staff, with a password or with a link to choose one.</summary>
public sealed class AddUser(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
{
    /// <summary>Without a password, a link to choose one is made.</summary>
    public sealed record Request(string Email, string Name, string Role, string? Password = null);

    /// <summary>The new user's id and, where no password was given, the token for /set-password; or what was wrong.</summary>
    public sealed record Result(string? Id, string? Token, string? Problem);

    public async Task<Result> Run(Request request, string actor, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var result = await Run(connection, transaction, request, actor, ct);
        if (result.Problem is null) await transaction.CommitAsync(ct);
        return result;
    }

    /// <summary>The same in the caller's transaction, who commits only when there is no problem.</summary>
    public async Task<Result> Run(NpgsqlConnection connection, NpgsqlTransaction transaction, Request request, string actor, CancellationToken ct)
    {
        var (email, name) = (request.Email.Trim(), request.Name.Trim());
        if (Problem(request) is { } problem) return new(null, null, problem);
        var id = "u_" + Guid.CreateVersion7().ToString("N");
        var added = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into users (id, email, normalized_email, name, role, password_hash, security_stamp, concurrency_stamp, created_at)
            values (@id, @email, upper(@email), @name, @Role, @hash, @stamp, @stamp, @now) on conflict (normalized_email) do nothing
            """,
            new { id, email, name, request.Role, hash = request.Password is null ? null : Passwords.Hash(request.Password), stamp = Passwords.Stamp(), now = clock.Now() },
            transaction, cancellationToken: ct));
        if (added == 0) return new(null, null, $"There is already a user with the address {email}.");
        var token = request.Password is null ? await OneTimeLink.Make(connection, transaction, OneTimeLink.SetPassword, id, clock.Now(), ct) : null;
        await audit.Write(connection, transaction, actor, "user.created", "user:" + id, new { role = request.Role }, ct);
        return new(id, token, null);
    }

    private static string? Problem(Request request)
    {
        var email = request.Email.Trim();
        if (email.Length > 254 || email.Any(char.IsControl) || !MailAddress.TryCreate(email, out var parsed) || parsed.Address != email) return "Give an e-mail address, as in maya@example.com.";
        if (request.Name.Length > 100 || request.Name.Any(char.IsControl)) return "Give a name of at most 100 characters.";
        if (!Roles.All.Contains(request.Role)) return $"There is no role '{request.Role}'; choose admin, manager or viewer.";
        return request.Password is null ? null : PasswordRules.Problem(request.Password, email, request.Name);
    }
}
