using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>A customer's workflow with all that is shown beside it. Pace: the hours each task usually takes, from own history or as expected.</summary>
public sealed record CustomerWorkflow(Standing Standing, OnboardingRecord Onboarding, KnownDefinitions Definitions, IReadOnlyDictionary<string, decimal> Pace)
{
    public Course.CustomerProgress Progress => Standing.Progress;

    public WorkflowDefinition Definition => Standing.Definition;
}

/// <summary>
/// Where one customer stands now: steps and what people did from the log itself, so that it agrees with the five-step record at any
/// moment; what is counted as of the last round of the worker, a fraction of a second ago.
/// </summary>
public static class ReadWorkflow
{
    private const string Query = $"{OnboardingRecord.Query}; {KnownDefinitions.Query}; select task, hours from workflow_pace";

    private static readonly IReadOnlySet<string> NothingNew = new HashSet<string>();

    /// <summary>Null where there is no such customer.</summary>
    public static async Task<CustomerWorkflow?> One(NpgsqlConnection connection, NpgsqlTransaction? transaction, string customer, CancellationToken ct)
    {
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(Query, new { id = customer }, transaction, cancellationToken: ct));
        if ((await read.ReadSingleOrDefaultAsync<OnboardingRecord.Row>())?.Shown() is not { } onboarding) return null;
        var definitions = KnownDefinitions.Of(await read.ReadAsync<(int, string)>());
        var pace = (await read.ReadAsync<(string, decimal)>()).ToDictionary(StringComparer.Ordinal);
        await read.DisposeAsync();
        var asked = new Dictionary<string, IReadOnlySet<string>?>(StringComparer.Ordinal) { [customer] = NothingNew };
        if (await LoadCourses.Run(connection, transaction, asked, definitions, ct) is not [var standing]) return null;
        return new(standing, onboarding, definitions, pace);
    }

    public static async Task<CustomerWorkflow?> One(NpgsqlDataSource db, string customer, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await One(connection, null, customer, ct);
    }
}
