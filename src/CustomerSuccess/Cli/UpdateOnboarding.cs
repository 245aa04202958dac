using System.CommandLine;
using System.Numerics;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Change;

namespace CustomerSuccess.Cli;

/// <summary>./cs update-onboarding CUSTOMER STEP true|false: set or reset one of the five steps.</summary>
internal static class UpdateOnboarding
{
    private sealed record Answer(string CustomerId, string Step, bool Done, int OnboardingPercent, string Stage, DateOnly? CompletedDate, int? DaysToComplete);

    public static Command Command(CliHost host)
    {
        var customer = TrackingOptions.Customer();
        var step = TrackingOptions.Step();
        var done = TrackingOptions.Flag("DONE", "true or false");
        var folder = TrackingOptions.DataDir();
        var command = new Command("update-onboarding", "Set or reset a step of a customer's onboarding") { customer, step, done, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var (id, name, set) = (parsed.GetRequiredValue(customer), parsed.GetRequiredValue(step), parsed.GetRequiredValue(done));
            var row = host.Folder(parsed, folder) is { } files
                ? await files.Change(book => book.UpdateStep(id, name, set, host.Clock.Today()), create: false, ct)
                : await OnboardingChanges.SetStep(await host.Database(ct), TrackingCommands.Log, id, name, set, host.Clock, ct);
            var count = BitOperations.PopCount((uint)row.Steps);
            var answer = new Answer(
                id, name, set, OnboardingSteps.Percentage(count), OnboardingSteps.Stage(row.Steps, row.CompletedDate is not null), row.CompletedDate, row.DaysToComplete);
            host.Print(parsed, answer, _ => $"{id}: {name} {(set ? "done" : "reset")}, {count} of 5 steps ({answer.OnboardingPercent} %){Completion(row)}");
            return 0;
        });
        return command;
    }

    private static string Completion(OnboardingRow row) =>
        row.CompletedDate is { } day ? $", completed on {day.Iso()} after {row.DaysToComplete} {(row.DaysToComplete == 1 ? "day" : "days")}" : "";
}
