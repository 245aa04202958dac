using System.Text.Json;
using CustomerSuccess.Access.Keys;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Makes the first way in, when the web server starts on a database without users.</summary>
public sealed class Welcome(NpgsqlDataSource db, AddUser add, CreateKey createKey, Settings settings, TimeProvider clock)
{
    /// <summary>Where to make the first admin; null when there is a user.</summary>
    public sealed record FirstWay(string? Address);

    public sealed record Demo(string Email, string Password, string KeyId, string Key);

    /// <summary>The first admin from CS_ADMIN_EMAIL and CS_ADMIN_PASSWORD, else a one-time address for a person to open.</summary>
    public async Task<FirstWay> Prepare(string baseAddress, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await FirstUser.Alone(connection, transaction, ct)) return new FirstWay(null);
        if (settings.AdminEmail.Length > 0)
        {
            var added = await add.Run(connection, transaction, new(settings.AdminEmail, "", Roles.Admin, settings.AdminPassword), "cli", ct);
            if (added.Problem is not null) throw new Trouble("The admin of CS_ADMIN_EMAIL cannot be made: " + added.Problem, "Correct CS_ADMIN_EMAIL or CS_ADMIN_PASSWORD.");
            await transaction.CommitAsync(ct);
            return new FirstWay(null);
        }

        var token = await OneTimeLink.Make(connection, transaction, OneTimeLink.FirstAdmin, null, clock.Now(), ct);
        await transaction.CommitAsync(ct);
        return new($"{baseAddress.TrimEnd('/')}/first-admin?token={token}");
    }

    /// <summary>The demo's admin and key: random, made once, kept in a file only we can read so that the next start prints them again.</summary>
    public async Task<Demo> PrepareDemo(CancellationToken ct)
    {
        var file = Path.Combine(settings.Data, "demo-credentials.json");
        if (File.Exists(file)
            && JsonSerializer.Deserialize<Demo>(await File.ReadAllTextAsync(file, ct), JsonSerializerOptions.Web) is { } kept
            && (await ListUsers.Run(db, clock.Now(), ct)).Any(user => user.Email == kept.Email)
            && (await ListKeys.Run(db, ct)).Any(key => key.Id == kept.KeyId && key.RevokedAt is null))
            return kept;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await FirstUser.Alone(connection, transaction, ct);
        var password = System.Security.Cryptography.RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 20);
        var user = await add.Run(connection, transaction, new("demo@example.com", "Demo", Roles.Admin, password), "cli", ct);
        if (user.Problem is not null) throw new Trouble("There is a demo user already, but its password is not in " + file + ".", "Reset it: ./cs user reset demo@example.com");
        var key = await createKey.Run(connection, transaction, new("Demo", [Scopes.Ingest, Scopes.Read, Scopes.Admin]), "cli", ct);
        var made = new Demo("demo@example.com", password, key.Id, key.Key);
        Directory.CreateDirectory(settings.Data);
        await using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            await JsonSerializer.SerializeAsync(stream, made, JsonSerializerOptions.Web, ct);
        await transaction.CommitAsync(ct);
        return made;
    }
}
