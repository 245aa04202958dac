using System.Net;
using System.Security.Cryptography;
using System.Text;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Dialects;

/// <summary>
/// Tells visitors apart who have no cookie: a hash of site, address and browser with a salt of the day. The salt is the same
/// in all processes and gone after two days; then nobody can find out whose the hash was.
/// </summary>
public sealed class DailyVisitors(NpgsqlDataSource db, TimeProvider clock)
{
    // A frozen database must not hold requests: after this the caller answers 503.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private volatile DaysSalt? today;

    /// <summary>Today's salt. Throws when the database must be asked and is away.</summary>
    public async ValueTask<byte[]> Salt()
    {
        var day = clock.Today();
        if (today is { } known && known.Day == day) return known.Salt;
        // Cancelling is not enough: Npgsql asks the server to cancel and waits for it, and a frozen one does not answer.
        return (today = await Read(day).WaitAsync(Patience, clock)).Salt;
    }

    /// <summary>Pure: d_ and 96 bits of the hash.</summary>
    public static string Id(byte[] salt, string site, IPAddress? address, string? agent) => "d_" + Mark(salt, $"{site}\n{address}\n{agent}");

    /// <summary>96 bits of a keyed hash.</summary>
    public static string Mark(byte[] salt, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));

    /// <summary>Deletes the salts of the days before yesterday, soon after midnight.</summary>
    public static Job Forget(NpgsqlDataSource db) => new("visitor-salts", Job.Daily(new TimeOnly(0, 0)), async (now, ct) =>
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var gone = await connection.ExecuteAsync(new CommandDefinition("delete from visitor_salts where day < @day", new { day = now.Day().AddDays(-1) }, cancellationToken: ct));
        return gone == 0 ? "" : $"{gone} forgotten";
    });

    private async Task<DaysSalt> Read(DateOnly day)
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var connection = await db.OpenConnectionAsync(limit.Token);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into visitor_salts (day, salt) values (@day, @salt) on conflict do nothing",
            new { day, salt = RandomNumberGenerator.GetBytes(32) }, cancellationToken: limit.Token));
        return new(day, await connection.ExecuteScalarAsync<byte[]>(new CommandDefinition("select salt from visitor_salts where day = @day", new { day }, cancellationToken: limit.Token)) ?? []);
    }

    private sealed record DaysSalt(DateOnly Day, byte[] Salt);
}
