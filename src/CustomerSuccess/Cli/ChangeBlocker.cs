using System.CommandLine;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Change;

namespace CustomerSuccess.Cli;

/// <summary>./cs block CUSTOMER TYPE [NOTES] and ./cs unblock CUSTOMER: why an onboarding is stuck, or that it no longer is.</summary>
internal static class ChangeBlocker
{
    private sealed record Answer(string CustomerId, string BlockerType, string Notes);

    public static Command Block(CliHost host)
    {
        var customer = TrackingOptions.Customer();
        var type = TrackingOptions.Text("TYPE", "What stands in the way, such as github_config", text => Fields.Text("type", text, Fields.Blocker, required: true));
        var notes = TrackingOptions.Text("NOTES", "What is known about it", text => Fields.Text("notes", text, Fields.Notes));
        notes.DefaultValueFactory = _ => "";
        var folder = TrackingOptions.DataDir();
        var command = new Command("block", "Record why a customer's onboarding is stuck") { customer, type, notes, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var (id, why, words) = (parsed.GetRequiredValue(customer), parsed.GetRequiredValue(type), parsed.GetValue(notes) ?? "");
            var row = host.Folder(parsed, folder) is { } files
                ? await files.Change(book => book.Block(id, why, words), create: false, ct)
                : await OnboardingChanges.Block(await host.Database(ct), TrackingCommands.Log, id, why, words, host.Clock, ct);
            host.Print(parsed, new Answer(id, row.BlockerType, row.Notes), _ => $"{id}: blocked by {Fields.Shown(why)}");
            return 0;
        });
        return command;
    }

    public static Command Unblock(CliHost host)
    {
        var customer = TrackingOptions.Customer();
        var folder = TrackingOptions.DataDir();
        var command = new Command("unblock", "Clear what a customer's onboarding was stuck on; its notes stay") { customer, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var id = parsed.GetRequiredValue(customer);
            var row = host.Folder(parsed, folder) is { } files
                ? await files.Change(book => book.Unblock(id), create: false, ct)
                : await OnboardingChanges.Unblock(await host.Database(ct), TrackingCommands.Log, id, host.Clock, ct);
            host.Print(parsed, new Answer(id, row.BlockerType, row.Notes), _ => $"{id}: nothing stands in the way");
            return 0;
        });
        return command;
    }
}
