using System.CommandLine;
using System.Globalization;
using System.Numerics;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Export;
using Spectre.Console;

namespace CustomerSuccess.Cli;

/// <summary>./cs health CUSTOMER [--as-of DAY] [--model NAME]: the score with its proof, from what was known then.</summary>
internal static class ShowHealth
{
    public static Command Command(CliHost host)
    {
        var customer = TrackingOptions.Customer();
        var day = TrackingOptions.Day("--as-of", "As it was known at the end of this day");
        var model = new Option<string>("--model") { HelpName = "NAME", Description = "The health model", DefaultValueFactory = _ => HealthModel.EarlyAccess.Name };
        model.AcceptOnlyFromAmong(HealthModel.EarlyAccess.Name);
        var folder = TrackingOptions.DataDir();
        var command = new Command("health", "A customer's health score and what it is made of") { customer, day, model, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var (id, asOf) = (parsed.GetRequiredValue(customer), parsed.GetValue(day) ?? host.Clock.Today());
            var account = host.Folder(parsed, folder) is { } files
                ? (await files.Read(ct)).Accounts(DateOnly.MinValue, asOf).FirstOrDefault(one => one.Customer.Id == id)
                : await ReadAccounts.One(await host.Database(ct), id, asOf, parsed.GetValue(day) is not null, ct);
            if (account is null) throw Troubles.UnknownCustomer(id);
            var health = CombinedMetrics.Of(account, HealthModel.EarlyAccess, asOf).Health;
            host.Print(parsed, Json(account, health), _ => Table(host, account, health));
            return 0;
        });
        return command;
    }

    private static object Json(Account account, HealthScore health) => new
    {
        health.CustomerId,
        AsOf = health.Day,
        health.Score,
        health.Status,
        Stage = Stage(account),
        OnboardingPercent = Percentage(account),
        account.Onboarding?.CompletedDate,
        account.Onboarding?.DaysToComplete,
        health.Raw,
        health.Model,
        health.Version,
        Components = health.Lines,
        account.Totals.DaysActive,
        account.Totals.LastActive,
        account.Totals.Counts.IssuesTagged,
        account.Totals.Counts.PrsGenerated,
        account.Totals.Counts.PrsMerged,
        account.Totals.Counts.PrsRejected,
        account.Totals.Counts.SupportRequests,
        account.Totals.Counts.SuccessRate,
    };

    private static Rows Table(CliHost host, Account account, HealthScore health)
    {
        var sheet = new Sheet(host, ("Component", false), ("Points", true), ("Of", true), ("Why", false));
        foreach (var line in health.Lines) sheet.Add(line.Name, Number(line.Points), Number(line.Of), line.Why);
        sheet.Add("total", Number(health.Raw), Number(health.Lines.Sum(line => line.Of)), "");
        return new Rows(
            new Text($"{health.CustomerId}: {health.Score.ToString(CultureInfo.InvariantCulture)} {health.Status}, {Stage(account)}, onboarding {Percentage(account)} %, as of {health.Day.Iso()}"),
            sheet.Table);
    }

    private static string Stage(Account account) => OnboardingSteps.Stage(account.Steps, account.Completed);

    private static int Percentage(Account account) => OnboardingSteps.Percentage(BitOperations.PopCount((uint)account.Steps));

    private static string Number(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
