using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerSuccess.Health;
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
            var book = host.Folder(parsed, folder) is { } files ? await files.Read(ct) : null;
            var account = await At(asOf, parsed.GetValue(day) is not null) ?? throw Troubles.UnknownCustomer(id);
            var weekAgo = await At(asOf.AddDays(-7), known: true);
            var health = GetHealth.Explain(CombinedMetrics.Facts(account), weekAgo is null ? null : CombinedMetrics.Facts(weekAgo), asOf);
            host.Print(parsed, Json(account, health), _ => Table(host, health));
            return 0;

            async Task<Account?> At(DateOnly when, bool known) => book is null
                ? await ReadAccounts.One(await host.Database(ct), id, when, known, ct)
                : book.Accounts(DateOnly.MinValue, when).FirstOrDefault(one => one.Customer.Id == id);
        });
        return command;
    }

    // What the API answers, and the sums it was made from.
    private static JsonObject Json(Account account, GetHealth.Answer health)
    {
        var json = (JsonObject)JsonSerializer.SerializeToNode(health, CliHost.JsonFormat)!;
        var sums = (JsonObject)JsonSerializer.SerializeToNode(
            new
            {
                account.Onboarding?.CompletedDate,
                account.Onboarding?.DaysToComplete,
                account.Totals.DaysActive,
                account.Totals.LastActive,
                account.Totals.Counts.IssuesTagged,
                account.Totals.Counts.PrsGenerated,
                account.Totals.Counts.PrsMerged,
                account.Totals.Counts.PrsRejected,
                account.Totals.Counts.SupportRequests,
                account.Totals.Counts.SuccessRate,
            },
            CliHost.JsonFormat)!;
        foreach (var (name, value) in sums) json[name] = value?.DeepClone();
        return json;
    }

    private static Rows Table(CliHost host, GetHealth.Answer health)
    {
        var sheet = new Sheet(host, ("Component", false), ("Points", true), ("Of", true), ("Why", false));
        foreach (var line in health.Components) sheet.Add(line.Name, Number(line.Points), Number(line.Of), line.Why);
        sheet.Add("total", Number(health.Raw), Number(health.Components.Sum(line => line.Of)), "");
        return new Rows([
            new Text($"{health.CustomerId}: {health.Score.ToString(CultureInfo.InvariantCulture)} {health.Status}, {health.Trend}, {health.Stage}, onboarding {health.OnboardingPercent} %, as of {health.AsOf.Iso()}"),
            sheet.Table,
            .. health.RiskFactors.Select(risk => new Text(risk.Why)),
        ]);
    }

    private static string Number(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
