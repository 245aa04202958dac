using System.CommandLine;
using System.Globalization;
using CustomerSuccess.Engagement;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using Spectre.Console;

namespace CustomerSuccess.Cli;

/// <summary>./cs engagement-report [DAYS] [--as-of DAY]: what everyone did in the last days, the last one included.</summary>
internal static class ShowEngagement
{
    public static Command Command(CliHost host)
    {
        var days = TrackingOptions.Count("DAYS", "How many days, today included; 7 unless told", most: 36_500);
        days.DefaultValueFactory = _ => 7;
        days.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "0" }]) result.AddError("DAYS: at least 1.");
        });
        var day = TrackingOptions.Day("--as-of", "The last day of the report, as it was known then");
        var folder = TrackingOptions.DataDir();
        var command = new Command("engagement-report", "Everyone's issues, pull requests and support requests of the last days") { days, day, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var (asOf, known) = (parsed.GetValue(day) ?? host.Clock.Today(), parsed.GetValue(day) is not null);
            var from = EngagementReport.Start((int)parsed.GetValue(days), asOf);
            var accounts = host.Folder(parsed, folder) is { } files
                ? [.. (await files.Read(ct)).Accounts(from, asOf)]
                : await ReadAccounts.All(await host.Database(ct), from, asOf, known, ct);
            var report = EngagementReport.Of(accounts, from, asOf);
            host.Print(parsed, Json(report), _ => Table(host, report));
            return 0;
        });
        return command;
    }

    private static object Json(EngagementReport report) => new
    {
        report.From,
        report.AsOf,
        Customers = report.Lines.Select(line => new
        {
            line.CustomerId,
            line.Organization,
            line.Counts.IssuesTagged,
            line.Counts.PrsGenerated,
            line.Counts.PrsMerged,
            line.Counts.PrsRejected,
            line.Counts.SupportRequests,
            line.Counts.SuccessRate,
            line.DaysActive,
            line.Counted,
        }),
        Total = new
        {
            report.Total.IssuesTagged,
            report.Total.PrsGenerated,
            report.Total.PrsMerged,
            report.Total.PrsRejected,
            report.Total.SupportRequests,
            report.Total.SuccessRate,
        },
    };

    private static Table Table(CliHost host, EngagementReport report)
    {
        var sheet = new Sheet(
            host, ("Customer", false), ("Organization", false), ("Issues", true), ("Generated", true), ("Merged", true), ("Rejected", true),
            ("Support", true), ("Success", true), ("Days active", true), ("", false));
        foreach (var line in report.Lines)
            sheet.Add([line.CustomerId, line.Organization, .. Cells(line.Counts), Number(line.DaysActive), line.Counted ? "" : "not counted"]);
        sheet.Add(["Total", $"{report.From.Iso()} to {report.AsOf.Iso()}", .. Cells(report.Total), "", ""]);
        return sheet.Table;
    }

    private static string[] Cells(Counts counts) =>
    [
        Number(counts.IssuesTagged), Number(counts.PrsGenerated), Number(counts.PrsMerged), Number(counts.PrsRejected), Number(counts.SupportRequests),
        Number(counts.SuccessRate) + " %",
    ];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
