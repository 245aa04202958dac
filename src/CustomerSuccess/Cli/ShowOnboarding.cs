using System.CommandLine;
using System.Globalization;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CustomerSuccess.Cli;

/// <summary>./cs onboarding-report [--as-of DAY]: how far everyone's onboarding is.</summary>
internal static class ShowOnboarding
{
    public static Command Command(CliHost host)
    {
        var day = TrackingOptions.Day("--as-of", "As it was known at the end of this day");
        var folder = TrackingOptions.DataDir();
        var command = new Command("onboarding-report", "Everyone's steps, stage and blocker, and how many have done each step") { day, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var (asOf, known) = (parsed.GetValue(day) ?? host.Clock.Today(), parsed.GetValue(day) is not null);
            var accounts = host.Folder(parsed, folder) is { } files
                ? [.. (await files.Read(ct)).Accounts(DateOnly.MinValue, asOf)]
                : await ReadAccounts.All(await host.Database(ct), asOf, asOf, known, ct);
            var report = OnboardingReport.Of(accounts, asOf);
            host.Print(parsed, Json(report), _ => Table(host, report));
            return 0;
        });
        return command;
    }

    private static object Json(OnboardingReport report) => new
    {
        report.AsOf,
        Customers = report.Lines.Select(line => new
        {
            line.CustomerId,
            line.Organization,
            WelcomeEmailSent = OnboardingSteps.Has(line.Steps, OnboardingSteps.WelcomeEmailSent),
            AccountCreated = OnboardingSteps.Has(line.Steps, OnboardingSteps.AccountCreated),
            GithubActionInstalled = OnboardingSteps.Has(line.Steps, OnboardingSteps.GithubActionInstalled),
            FirstIssueTagged = OnboardingSteps.Has(line.Steps, OnboardingSteps.FirstIssueTagged),
            FirstPrGenerated = OnboardingSteps.Has(line.Steps, OnboardingSteps.FirstPrGenerated),
            OnboardingPercent = line.Percentage,
            line.Stage,
            DaysSinceSignup = line.CompletedDate is null ? (int?)line.Days : null,
            line.CompletedDate,
            DaysToComplete = line.CompletedDate is null ? null : (int?)line.Days,
            line.BlockerType,
            line.Counted,
        }),
        Steps = OnboardingSteps.All.Zip(report.StepCounts).ToDictionary(step => step.First, step => step.Second, StringComparer.Ordinal),
        report.Completed,
        report.Total,
        report.CompletionRate,
    };

    private static Rows Table(CliHost host, OnboardingReport report)
    {
        var sheet = new Sheet(
            host, ("Customer", false), ("Organization", false), ("Welcome", false), ("Account", false), ("Action", false), ("Issue", false), ("PR", false),
            ("Percent", true), ("Stage", false), ("Days", true), ("Blocker", false), ("", false));
        foreach (var line in report.Lines)
        {
            var steps = OnboardingSteps.All.Select(step => OnboardingSteps.Has(line.Steps, step) ? "yes" : "no").ToArray();
            sheet.Add([
                line.CustomerId, line.Organization, .. steps, Number(line.Percentage), line.Stage,
                Number(line.Days) + (line.CompletedDate is null ? " so far" : " to complete"), line.BlockerType, line.Counted ? "" : "not counted",
            ]);
        }

        var counts = OnboardingSteps.All.Zip(report.StepCounts)
            .Select(step => (IRenderable)new Text($"{OnboardingSteps.Title(step.First)}: {Number(step.Second)} of {Number(report.Total)} ({Number(Percent.Of(step.Second, report.Total))} %)"));
        return new Rows([sheet.Table, .. counts, new Text($"Onboarding completed: {Number(report.Completed)} of {Number(report.Total)} ({Number(report.CompletionRate)} %), as of {report.AsOf.Iso()}")]);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
