using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;
using CustomerSuccess.Tracking.Import;
using Spectre.Console;

namespace CustomerSuccess.Cli;

/// <summary>./cs import DIR [--dry-run] [--update] [--watch]: the CSV files of a folder into the database, all or nothing.</summary>
internal static class ImportFiles
{
    public static Command Command(CliHost host)
    {
        var folder = new Argument<string>("DIR") { Description = "The folder with customers.csv, onboarding.csv and engagement.csv" };
        var dry = new Option<bool>("--dry-run") { Description = "Show what would happen and change nothing" };
        var update = new Option<bool>("--update") { Description = "Change known rows that have other values here" };
        var watch = new Option<bool>("--watch") { Description = "Go on until Ctrl-C: what changes in the folder from then on happens live (implies --update)" };
        var command = new Command("import", "Import a folder of CSV files, all or nothing; known rows with the same values are passed over") { folder, dry, update, watch };
        command.Validators.Add(result =>
        {
            if (result.GetValue(dry) && result.GetValue(watch)) result.AddError("--dry-run and --watch exclude each other.");
        });
        command.SetAction((parsed, ct) =>
        {
            var files = new CsvFolder(parsed.GetRequiredValue(folder), host.Clock);
            return parsed.GetValue(watch) ? Watch(host, files, ct) : Once(host, parsed, files, parsed.GetValue(update), parsed.GetValue(dry), ct);
        });
        return command;
    }

    private static async Task<int> Once(CliHost host, ParseResult parsed, CsvFolder folder, bool update, bool dry, CancellationToken ct)
    {
        using var files = await folder.Open(ct);
        var db = await host.Database(ct);
        var report = dry
            ? await ImportFolder.Preview(db, files, host.Clock, ct)
            : await Progress(progress => ImportFolder.Run(db, TrackingCommands.Log, files, new ImportOptions(update) { Progress = progress }, host.Clock, ct));
        if (!report.Fits)
        {
            foreach (var error in report.Errors) host.Say(error.ToString());
            host.Say(report.Errors.Count == 1 ? "  Fix: mend this line and import again; nothing was changed." : $"  Fix: mend these {report.Errors.Count} lines and import again; nothing was changed.");
            return 1;
        }

        host.Print(parsed, report, _ => Table(host, report, dry));
        if (dry && !update && report.Changes.Count > 0) host.Say($"{report.Changes.Count} known rows have other values: import them with --update.");
        return 0;
    }

    private static async Task<int> Watch(CliHost host, CsvFolder folder, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var db = await host.Database(ct);
        await WatchFolder.Run(db, TrackingCommands.Log, folder, host.Clock, host.Say, stop.Token);
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static Rows Table(CliHost host, ImportReport report, bool dry)
    {
        var sheet = new Sheet(host, ("File", false), ("New", true), ("Changed", true), ("Same", true));
        Add("customers.csv", report.Customers);
        Add("onboarding.csv", report.Onboarding);
        Add("engagement.csv", report.Engagement);
        var changes = new Sheet(host, ("Row", false), ("Change", false));
        foreach (var change in report.Changes) changes.Add($"{change.File}:{Number(change.Line)} {change.Id}", change.What);
        return new Rows([
            sheet.Table, .. report.Changes.Count > 0 ? (IEnumerable<Table>)[changes.Table] : [],
            new Text(dry ? "Nothing was changed: this was a trial." : report.ChangesNothing ? "Everything was known already." : "Imported."),
        ]);

        void Add(string file, Tally tally) => sheet.Add(file, Number(tally.New), Number(tally.Changed), Number(tally.Same));
    }

    // A bar on stderr where a person watches it.
    private static async Task<ImportReport> Progress(Func<Action<long, long>?, Task<ImportReport>> work)
    {
        if (Console.IsErrorRedirected) return await work(null);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(enabled: true).StartAsync(bars =>
        {
            var bar = bars.AddTask("Importing");
            return work((done, all) => (bar.MaxValue, bar.Value) = (Math.Max(all, 1), done));
        });
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
