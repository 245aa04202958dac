using System.CommandLine;
using CustomerSuccess.Events.Sources;
using CustomerSuccess.Platform;
using Spectre.Console;

namespace CustomerSuccess.Events;

/// <summary>./cs explain, ./cs rebuild and ./cs source.</summary>
public static class EventCommands
{
    public static void Add(RootCommand root, CliHost host, Projections projections)
    {
        var id = new Argument<string>("MESSAGE_ID") { Description = "The id the sender gave, or the one in the answer" };
        var explain = new Command("explain", "What became of a message: accepted, late, duplicate, rejected or quarantined, and why") { id };
        explain.SetAction((command, ct) => Explain(host, command, command.GetValue(id)!, ct));
        root.Add(explain);

        var check = new Option<bool>("--check") { Description = "Only compare; change nothing, exit 1 if something differs" };
        var rebuild = new Command("rebuild", "Derive all tables again from the log of events") { check };
        rebuild.SetAction((command, ct) => Rebuild(host, command, projections, command.GetValue(check), ct));
        root.Add(rebuild);
        root.Add(SourceCommands.Make(host));
    }

    private static async Task<int> Explain(CliHost host, ParseResult command, string id, CancellationToken ct)
    {
        var entries = await ExplainMessage.Run(await host.Database(ct), id, ct);
        if (entries.Count == 0)
            throw new Trouble($"Nothing is known of a message '{id}'.", "Messages refused before they could be read leave no trace; look at the answer the sender got.");
        host.Print(command, entries, all =>
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("Verdict", "Source", "About", "Type", "Happened", "At", "Times", "Why");
            foreach (var entry in all)
            {
                table.AddRow(new[]
                {
                    entry.Verdict, entry.Source, entry.Subject, entry.Type ?? "", entry.OccurredAt?.ToString("u") ?? "",
                    entry.At.ToString("u"), entry.Times.ToString(), entry.Reason ?? "",
                }.Select(text => new Text(text)).ToArray());
            }

            return table;
        });
        return 0;
    }

    private static async Task<int> Rebuild(CliHost host, ParseResult command, Projections projections, bool check, CancellationToken ct)
    {
        var said = 0;
        var report = await Events.Rebuild.Run(await host.Database(ct), projections, check, (done, all) =>
        {
            if (done * 10 / all <= said) return;
            said = done * 10 / all;
            host.Say($"{done} of {all} customers");
        }, ct);
        host.Print(command, report, made => check
            ? made.Differences.Count == 0
                ? $"{made.Customers} customers: every table is what the log says."
                : $"{made.Differences.Count} differences:\n" + string.Join('\n', made.Differences.Select(one => $"{one.CustomerId} in {one.Table}\n  stored   {one.Stored}\n  from log {one.Derived}"))
            : $"{made.Customers} customers rebuilt from the log.");
        return check && report.Differences.Count > 0 ? 1 : 0;
    }
}
