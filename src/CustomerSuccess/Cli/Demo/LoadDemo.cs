using CustomerSuccess.Access;
using CustomerSuccess.Access.Users;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel;
using CustomerSuccess.Health;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Cli.Demo;

/// <summary>Fills an empty database with the customers of the demo, once; says so in the setting <c>demo</c>.</summary>
public static class LoadDemo
{
    private const int AtOnce = 1_000;

    /// <summary>Whether the figures of this database are made up; pages say so.</summary>
    public static async Task<bool> IsDemo(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from settings where name = 'demo')", cancellationToken: ct));
    }

    /// <summary>Loads and works out everyone's standing. Does nothing the second time, and nothing where there are customers already. Returns what to say about it.</summary>
    public static async Task<string> Run(IServiceProvider services, CancellationToken ct)
    {
        var (db, log, clock) = (services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<EventLog>(), services.GetRequiredService<TimeProvider>());
        await using (var connection = await db.OpenConnectionAsync(ct))
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            // Two servers starting at once on one database: the second waits here, and then finds it done.
            await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(14, 0), set_config('statement_timeout', '0', true)", null, transaction, cancellationToken: ct));
            var (loaded, customers) = await connection.QuerySingleAsync<(bool, bool)>(new CommandDefinition(
                "select exists (select from settings where name = 'demo'), exists (select from customers)", null, transaction, cancellationToken: ct));
            if (loaded) return "invented customers, loaded at an earlier start";
            if (customers) return "not loaded: there are customers in this database already";

            foreach (var member in Staff.All)
                await services.GetRequiredService<AddUser>().Run(connection, transaction, new(member.Email, member.Name, Roles.Manager), "cli", ct);
            var story = DemoStory.Tell(clock.Now());
            foreach (var some in story.Chunk(AtOnce)) await log.Write(connection, transaction, some, ct);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update numbers set last = greatest(last, case prefix when 'n' then @customers else 1002 + @customers end);
                insert into settings (name, value, changed_at, changed_by) values ('demo', jsonb_build_object('events', @events), @now, 'cli')
                """,
                new { customers = Companies.All.Count, events = story.Count, now = clock.Now() }, transaction, cancellationToken: ct));
            await transaction.CommitAsync(ct);
        }

        while (await FollowEvents.Run(db, services.GetRequiredService<ILogger<FunnelWorker>>(), AtOnce, ct) is null or > 0)
        {
        }

        while ((await RefreshStandings.Run(db, log, clock, AtOnce, ct)).Count > 0)
        {
        }

        return $"{Companies.All.Count + 2} invented customers with 120 days of history";
    }
}
