using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>Writes to customers who fell silent, once for each day on which they were last active (the sign-up, where they never were).</summary>
public static class ReEngage
{
    public static Task<Part> Run(NpgsqlConnection connection, NpgsqlTransaction transaction, ScheduledRun run, ScheduleSetting setting, CancellationToken ct) =>
        CustomerPart.Run(connection, transaction, "Messages/Schedules/re_engage.sql", new
        {
            after = run.Cursor,
            most = CustomerPart.Size,
            silent_since = run.LocalDate.AddDays(-setting.Chosen("days")),
            not_before = run.LocalDate.AddDays(-setting.Chosen("most_days")),
            schedule = run.Schedule,
            date = run.LocalDate,
        }, ct);
}
