using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding;
using Npgsql;

namespace CustomerSuccess.Tracking.Change;

/// <summary>The tracking commands on a customer's onboarding record in the database.</summary>
internal static class OnboardingChanges
{
    /// <summary>Set or reset a step; one that is so already stays as it is, with its time.</summary>
    public static Task<OnboardingRow> SetStep(NpgsqlDataSource db, EventLog log, string customerId, string step, bool done, TimeProvider clock, CancellationToken ct) =>
        Change(db, log, customerId, row =>
            OnboardingSteps.Has(row.Steps, step) == done ? null
            : done ? Moment.Cli(clock).Event(EventTypes.StepPrefix + step, customerId, [])
            : Moment.Cli(clock).Event(EventTypes.StepReset, customerId, new JsonObject { ["step"] = step }), ct);

    public static Task<OnboardingRow> Block(NpgsqlDataSource db, EventLog log, string customerId, string type, string notes, TimeProvider clock, CancellationToken ct) =>
        Change(db, log, customerId, _ => Moment.Cli(clock).Event(EventTypes.Blocked, customerId, new JsonObject { ["blocker_type"] = type, ["notes"] = notes }), ct);

    public static Task<OnboardingRow> Unblock(NpgsqlDataSource db, EventLog log, string customerId, TimeProvider clock, CancellationToken ct) =>
        Change(db, log, customerId, row => row.BlockerType.Length == 0 ? null : Moment.Cli(clock).Event(EventTypes.Unblocked, customerId, new JsonObject { ["notes"] = row.Notes }), ct);

    private static async Task<OnboardingRow> Change(NpgsqlDataSource db, EventLog log, string customerId, Func<OnboardingRow, Envelope?> change, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var row = await ReadOnboarding.Of(connection, transaction, customerId, ct) ?? throw Troubles.UnknownCustomer(customerId);
        if (change(row) is not { } happened) return row;
        await Record.Write(connection, transaction, log, [happened], ct);
        row = await ReadOnboarding.Of(connection, transaction, customerId, ct);
        await transaction.CommitAsync(ct);
        return row!;
    }
}
