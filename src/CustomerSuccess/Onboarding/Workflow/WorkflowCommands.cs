using System.CommandLine;
using System.Globalization;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Versions;
using CustomerSuccess.Platform;
using Npgsql;
using Spectre.Console;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>./cs workflow: a customer's tasks, and the versions of the definition.</summary>
public static class WorkflowCommands
{
    private static readonly ChangeDefinitions.Author CommandLine = new("cli", "cli");

    public static Command Make(CliHost host) => new("workflow", "The onboarding workflow: a customer's tasks, and the versions of its definition")
    {
        Show(host), Versions(host), Export(host), Validate(host), Publish(host),
    };

    private static Command Show(CliHost host)
    {
        var customer = new Argument<string>("CUSTOMER");
        var show = new Command("show", "Where a customer stands, task by task") { customer };
        show.SetAction(async (parsed, ct) =>
        {
            var id = parsed.GetValue(customer)!;
            var found = await ReadWorkflow.One(await host.Database(ct), id, ct) ?? throw new Trouble($"There is no customer '{id}'.", "./cs onboarding-report lists them.");
            host.Print(parsed, ShownWorkflow.Of(found, host.Clock.Now()), one =>
            {
                var table = Sheet("Stage", "Task", "State", "Since", "Points", "What comes first");
                foreach (var task in one.Stages.SelectMany(stage => stage.Tasks.Select(task => (stage, task))))
                    table.AddRow(Cells(task.stage.Title, task.task.Title, task.task.State, task.task.State == "locked" ? "" : Time(task.task.Since), task.task.Points.ToString(CultureInfo.InvariantCulture), string.Join(" ", task.task.BlockedBy)));
                return new Rows(new Text($"{one.CustomerId}: {one.StageTitle}, {one.Percent} % ({one.Done} of {one.Total}), {one.Points} of {one.PointsOf} points{(one.TimeLeft.Length > 0 ? $", {one.TimeLeft} left" : "")}, version {one.Version}"),
                    one.Stuck is { } stuck ? new Text($"stuck since {Time(stuck.Since)}: {stuck.Why}") : Text.Empty, table);
            });
            return 0;
        });
        return show;
    }

    private static Command Versions(CliHost host)
    {
        var versions = new Command("versions", "The versions of the definition, and how many customers are on each");
        versions.SetAction(async (parsed, ct) =>
        {
            await using var connection = await (await host.Database(ct)).OpenConnectionAsync(ct);
            host.Print(parsed, await DefinitionApi.ReadAll(connection, ct), list =>
            {
                var table = Sheet("Version", "Stages", "Tasks", "Customers", "Published", "By", "Note");
                foreach (var one in list.Versions)
                    table.AddRow(Cells(one.Version is { } version ? version.ToString(CultureInfo.InvariantCulture) + (version == list.Current ? " (current)" : "") : "draft", $"{one.Stages}", $"{one.Tasks}", $"{one.Customers}", one.PublishedAt is { } at ? Time(at) : "", one.PublishedBy ?? "", one.Note));
                return table;
            });
            return 0;
        });
        return versions;
    }

    private static Command Export(CliHost host)
    {
        var version = new Argument<string>("VERSION") { Description = "A number, or draft", DefaultValueFactory = _ => "1" };
        var export = new Command("export", "Print one version of the definition as JSON, to be changed and published") { version };
        export.SetAction(async (parsed, ct) =>
        {
            await using var connection = await (await host.Database(ct)).OpenConnectionAsync(ct);
            var found = await StoredDefinition.Find(connection, parsed.GetValue(version)!, ct) ?? throw new Trouble($"There is no version '{parsed.GetValue(version)}'.", "./cs workflow versions lists them.");
            await host.Out.WriteLineAsync(found.Definition);
            return 0;
        });
        return export;
    }

    private static Command Validate(CliHost host)
    {
        var file = new Argument<FileInfo>("FILE");
        var validate = new Command("validate", "Say what is wrong with a definition, and what it would change; nothing is kept") { file };
        validate.SetAction(async (parsed, ct) =>
        {
            var text = await Written(parsed.GetValue(file)!, ct);
            await using var connection = await (await host.Database(ct)).OpenConnectionAsync(ct);
            var checkedOne = DefinitionApi.Check(text, (await KnownDefinitions.Read(connection, null, ct)).Current);
            host.Print(parsed, checkedOne, one => one.Faults.Count > 0 ? string.Join('\n', one.Faults.Select(fault => $"{fault.Field} {fault.Message}"))
                : one.Changes.Count == 0 ? "It is right, and says the same as the current version." : string.Join('\n', one.Changes.Select(change => $"{change.What}: {change.Before} → {change.After}")));
            return checkedOne.Valid ? 0 : 1;
        });
        return validate;
    }

    private static Command Publish(CliHost host)
    {
        var file = new Argument<FileInfo>("FILE");
        var note = new Option<string>("--note") { Description = "Why, for those who read the list of versions", DefaultValueFactory = _ => "" };
        var publish = new Command("publish", "Publish a definition as the newest version: those who come from now on begin with it, in place of any draft") { file, note };
        publish.SetAction(async (parsed, ct) =>
        {
            var text = await Written(parsed.GetValue(file)!, ct);
            if (ReadDefinition.From(text).Faults is { Count: > 0 } faults) throw new Trouble(string.Join('\n', faults.Select(fault => $"{fault.Field} {fault.Message}")), "Nothing was published. ./cs workflow validate FILE checks it again.");
            var change = (await host.Services(ct)).GetRequiredService<ChangeDefinitions>();
            await change.Keep(text, parsed.GetValue(note)!, CommandLine, ct);
            var outcome = await change.Publish(CommandLine, ct);
            if (outcome.Version is not { } version) throw new Trouble(outcome.Why ?? "It was not published.", "./cs workflow versions lists what there is.");
            host.Print(parsed, new { version }, one => $"Version {one.version} is published. Customers stay on theirs until they are moved.");
            return 0;
        });
        return publish;
    }

    private static async Task<string> Written(FileInfo file, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllTextAsync(file.FullName, ct);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new Trouble($"'{file}' cannot be read: {error.Message}", "./cs workflow export 1 > workflow.json makes one to begin with.");
        }
    }

    private static Table Sheet(params string[] columns) => new Table().Border(TableBorder.Simple).AddColumns(columns);

    private static IEnumerable<Text> Cells(params string[] cells) => cells.Select(cell => new Text(cell));

    private static string Time(DateTime at) => at.ToString("u", CultureInfo.InvariantCulture);
}
