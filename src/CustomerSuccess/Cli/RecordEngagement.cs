using System.CommandLine;
using CustomerSuccess.Engagement;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Change;

namespace CustomerSuccess.Cli;

/// <summary>./cs record-engagement CUSTOMER TAGGED GENERATED MERGED REJECTED SUPPORT: what a customer did on a day.</summary>
internal static class RecordEngagement
{
    private sealed record Answer(string Id, string CustomerId, DateOnly Date, long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests);

    public static Command Command(CliHost host)
    {
        var customer = TrackingOptions.Customer();
        var tagged = TrackingOptions.Count("TAGGED", "Issues tagged");
        var generated = TrackingOptions.Count("GENERATED", "Pull requests generated");
        var merged = TrackingOptions.Count("MERGED", "Pull requests merged");
        var rejected = TrackingOptions.Count("REJECTED", "Pull requests rejected");
        var support = TrackingOptions.Count("SUPPORT", "Support requests");
        var date = TrackingOptions.Day("--date", "The day it happened; today unless told");
        var folder = TrackingOptions.DataDir();
        var command = new Command("record-engagement", "Record what a customer did on a day; prints the row's id") { customer, tagged, generated, merged, rejected, support, date, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var (id, day, today) = (parsed.GetRequiredValue(customer), parsed.GetValue(date) ?? host.Clock.Today(), host.Clock.Today());
            if (day > today) throw new Trouble($"The day {day.Iso()} is still to come.", $"Record what happened up to today, {today.Iso()}.");
            var counts = new Counts(
                parsed.GetRequiredValue(tagged), parsed.GetRequiredValue(generated), parsed.GetRequiredValue(merged), parsed.GetRequiredValue(rejected), parsed.GetRequiredValue(support));
            var row = host.Folder(parsed, folder) is { } files
                ? await files.Change(book => book.Record(id, day, counts), create: false, ct)
                : await EngagementChanges.Record(await host.Database(ct), TrackingCommands.Log, id, day, counts, host.Clock, ct);
            var answer = new Answer(row.Id, id, day, counts.IssuesTagged, counts.PrsGenerated, counts.PrsMerged, counts.PrsRejected, counts.SupportRequests);
            host.Print(parsed, answer, _ => $"{row.Id}: recorded for {id} on {day.Iso()}");
            return 0;
        });
        return command;
    }
}
