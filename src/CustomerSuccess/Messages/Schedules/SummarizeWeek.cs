using System.Globalization;
using CustomerSuccess.Messages.Causes;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>The weekly summaries: of the seven UTC days before the date of the run, one for each customer and calendar week.</summary>
public static class SummarizeWeek
{
    /// <summary>A thousand customers by one query.</summary>
    public static Task<Part> Customers(NpgsqlConnection connection, NpgsqlTransaction transaction, ScheduledRun run, ScheduleSetting setting, CancellationToken ct) =>
        CustomerPart.Run(connection, transaction, "Messages/Schedules/weekly_summary.sql", new
        {
            after = run.Cursor,
            most = CustomerPart.Size,
            from = run.LocalDate.AddDays(-7),
            until = run.LocalDate,
            from_at = run.LocalDate.AddDays(-7).Start(),
            until_at = run.LocalDate.Start(),
            week = Week(run.LocalDate),
            schedule = run.Schedule,
            date = run.LocalDate,
        }, ct);

    public static async Task<Part> Team(NpgsqlConnection connection, NpgsqlTransaction transaction, ScheduledRun run, ScheduleSetting setting, CancellationToken ct)
    {
        var (queued, already) = (0L, 0L);
        foreach (var address in await (await CauseSettings.Read(connection, transaction, ct)).Everyone(connection, transaction, ct))
        {
            var message = new NewMessage(NewMessage.OfNobody, $"team_weekly_summary:{Week(run.LocalDate)}:{address}", Kinds.TeamWeeklySummary, "team", address)
            {
                Audience = NewMessage.ToTeam,
                Facts = NewMessage.Json(new { From = run.LocalDate.AddDays(-7).Iso(), Until = run.LocalDate.Iso() }),
                Priority = 20,
            };
            if (await QueueMessage.Add(connection, transaction, message, ct) is null) already++;
            else queued++;
        }

        return new Part(null, queued, already);
    }

    /// <summary>2025-W19: what makes the summary of a week one.</summary>
    internal static string Week(DateOnly date)
    {
        var day = date.ToDateTime(TimeOnly.MinValue);
        return string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(day)}-W{ISOWeek.GetWeekOfYear(day):00}");
    }
}
