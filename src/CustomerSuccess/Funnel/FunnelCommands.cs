using System.CommandLine;
using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Funnel.Journeys;
using CustomerSuccess.Platform;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace CustomerSuccess.Funnel;

/// <summary>./cs funnel summary | daily | journeys.</summary>
public static class FunnelCommands
{
    public static Command Make(CliHost host)
    {
        var funnel = new Command("funnel", "From the first visit to repeated use");
        funnel.Add(Summary(host));
        funnel.Add(Daily(host));
        funnel.Add(Journeys(host));
        return funnel;
    }

    private static Command Summary(CliHost host)
    {
        var (days, from, to) = Options();
        var command = new Command("summary", "Counts and rates of the last days (30 unless told)") { days, from, to };
        command.SetAction(async (parsed, ct) =>
        {
            var window = Window(host, parsed.GetValue(days), parsed.GetValue(from), parsed.GetValue(to));
            var made = await GetSummary.Run(await host.Database(ct), window, NullLogger.Instance, ct);
            host.Print(parsed, made, one =>
            {
                var table = Sheet($"{one.From.Iso()} to {one.To.Iso()}", "Count", "% of the stage before");
                table.AddRow("Website visits", Number(one.WebsiteVisits), "");
                table.AddRow("Unique visitors", Number(one.UniqueVisitors), "");
                table.AddRow("Sign-ups", Number(one.Signups), Rate(one.VisitToSignupRate));
                table.AddRow("API keys created", Number(one.ApiKeysCreated), Rate(one.SignupToApiKeyRate));
                table.AddRow("Activated", Number(one.ActivatedUsers), Rate(one.ApiKeyToActivationRate));
                table.AddRow("Retained", Number(one.RetainedUsers), Rate(one.ActivationToRetentionRate));
                table.AddRow("Visits of bots, not counted", Number(one.Bots), "");
                return table;
            });
            return 0;
        });
        return command;
    }

    private static Command Daily(CliHost host)
    {
        var (days, from, to) = Options();
        var command = new Command("daily", "The same, a row a day") { days, from, to };
        command.SetAction(async (parsed, ct) =>
        {
            var window = Window(host, parsed.GetValue(days), parsed.GetValue(from), parsed.GetValue(to));
            host.Print(parsed, await GetDailyMetrics.Run(await host.Database(ct), window, NullLogger.Instance, ct), rows =>
            {
                var table = Sheet("Day", "Visits", "Visitors", "Sign-ups", "%", "API keys", "%", "Activated", "%", "Retained", "%", "Bots");
                foreach (var row in rows)
                {
                    table.AddRow(row.PeriodStart.Iso() + (row.RestatedAt is null ? "" : " restated"), Number(row.WebsiteVisits), Number(row.UniqueVisitors), Number(row.Signups), Rate(row.VisitToSignupRate), Number(row.ApiKeysCreated), Rate(row.SignupToApiKeyRate),
                        Number(row.ActivatedUsers), Rate(row.ApiKeyToActivationRate), Number(row.RetainedUsers), Rate(row.ActivationToRetentionRate), Number(row.Bots));
                }

                return table;
            });
            return 0;
        });
        return command;
    }

    private static Command Journeys(CliHost host)
    {
        var command = new Command("journeys", "How far customers have come, the newest first");
        var stages = FunnelCounts.Stages.ToDictionary(
            stage => stage.Key, stage => new Option<string?>("--completed-" + stage.Key.Replace('_', '-')) { Description = $"true or false: has or has not reached {stage.Name.ToLowerInvariant()}" });
        foreach (var stage in stages.Values)
        {
            stage.AcceptOnlyFromAmong("true", "false");
            command.Add(stage);
        }

        var limit = new Option<int>("--limit") { Description = "How many, 1 to 200", DefaultValueFactory = _ => 50 };
        command.Add(limit);
        command.SetAction(async (parsed, ct) =>
        {
            var db = await host.Database(ct);
            await FollowEvents.Freshen(db, NullLogger.Instance, ct);
            var made = await ListJourneys.Run(db, new JourneyFilter
            {
                CompletedVisit = parsed.GetValue(stages["visit"]),
                CompletedSignup = parsed.GetValue(stages["signup"]),
                CompletedApiKey = parsed.GetValue(stages["api_key"]),
                CompletedActivation = parsed.GetValue(stages["activation"]),
                CompletedRetention = parsed.GetValue(stages["retention"]),
                Limit = parsed.GetValue(limit),
            }, null, ct);
            host.Print(parsed, made.Journeys, rows =>
            {
                var table = new Table().Border(TableBorder.Simple).AddColumns("Customer", "Organization", "First visit", "Channel", "Sign-up", "API key", "Activated", "Retained");
                foreach (var row in rows)
                {
                    table.AddRow(Markup.Escape(row.CustomerId), Markup.Escape(row.Organization), Time(row.FirstVisitAt), row.FirstTouch?.Channel ?? "–",
                        Time(row.SignupAt), Time(row.ApiKeyCreatedAt), Time(row.ActivatedAt), Time(row.RetainedAt));
                }

                return table;
            });
            return 0;
        });
        return command;
    }

    private static (Option<string?> Days, Option<string?> From, Option<string?> To) Options() => (
        new("--days") { Description = "The last so many days, today included" },
        new("--from") { Description = "First day, as in 2026-11-01" },
        new("--to") { Description = "Last day; today unless told" });

    private static FunnelWindow Window(CliHost host, string? days, string? from, string? to)
    {
        var faults = new List<Fault>();
        return FunnelWindow.Read(days, from, to, host.Clock.Today(), GetSummary.UsualDays, faults)
            ?? throw new Trouble(string.Join("; ", faults.Select(fault => $"--{fault.Field} {fault.Message}")), "For example ./cs funnel summary --days 7, or --from 2026-11-01 --to 2026-11-30.");
    }

    private static Table Sheet(string first, params string[] others)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (var name in others) table.AddColumn(name, column => column.RightAligned());
        return table;
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Rate(decimal? rate) => rate?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";

    private static string Time(DateTime? at) => at?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–";
}
