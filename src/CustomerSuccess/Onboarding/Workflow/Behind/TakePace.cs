using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>Once an hour: how long tasks take, from those who did them.</summary>
public static class TakePace
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(182);

    public static IReadOnlyList<Job> Jobs(IServiceProvider all) =>
        [new("workflow-pace", Job.Every(60), async (now, ct) => { await Run(all.GetRequiredService<NpgsqlDataSource>(), now, ct); return ""; })];

    public static async Task Run(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Sql.Read("Onboarding/Workflow/Behind/pace.sql"), new { since = now - Window }, commandTimeout: 120, cancellationToken: ct));
    }
}
