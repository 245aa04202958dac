using System.CommandLine;
using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Analytics;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Milestones.Versions;
using CustomerSuccess.Platform;
using Spectre.Console;

namespace CustomerSuccess.Milestones;

/// <summary>./cs milestones: of all customers, or of one; and the versions of the definitions.</summary>
public static class MilestoneCommands
{
    private static readonly ChangeBook.Author CommandLine = new("cli", "cli");

    public static Command Make(CliHost host)
    {
        var customer = new Argument<string?>("CUSTOMER") { Description = "How far this customer is; without it, how many reached what", Arity = ArgumentArity.ZeroOrOne };
        var landmark = new Option<int>("--landmark") { Description = "Whether those who reached it within so many days stay: 7, 30 or 90", DefaultValueFactory = _ => TakeFigures.Usual };
        var command = new Command("milestones", "Milestones: who reached what, how far a customer is, and the versions of the definitions") { customer, landmark, Export(host), Validate(host), Publish(host) };
        command.SetAction(async (parsed, ct) =>
        {
            await using var connection = await (await host.Database(ct)).OpenConnectionAsync(ct);
            if (parsed.GetValue(customer) is { } id)
            {
                var found = await ReadProgress.One(connection, id, host.Clock.Now().Day(), ct) ?? throw new Trouble($"There is no customer '{id}'.", "./cs onboarding-report lists them.");
                host.Print(parsed, found, Customer);
                return 0;
            }

            var days = parsed.GetValue(landmark);
            if (!TakeFigures.Landmarks.Contains(days)) throw new Trouble($"{days} is no landmark.", $"Choose one of {string.Join(", ", TakeFigures.Landmarks)} days.");
            host.Print(parsed, MilestoneAnalytics.Of(await KnownBooks.Current(connection, null, ct), await TakeFigures.Latest(connection, days, host.Clock.Now(), ct)), Everybody);
            return 0;
        });
        return command;
    }

    private static Spectre.Console.Rows Customer(CustomerMilestones one)
    {
        var table = Sheet("Milestone", "Counted", "", "Reached", "Points", "Badge");
        foreach (var each in one.Milestones)
            table.AddRow(Cells(each.Title, $"{each.Counted} of {each.Needed}", new string('█', each.Percent / 10) + new string('░', 10 - each.Percent / 10), each.ReachedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "", $"{each.Points}", each.Badge));
        return new(new Text($"{one.CustomerId}: {one.Reached} of {one.Of} milestones, {one.Points} points{(one.Badges.Count > 0 ? ", " + string.Join(", ", one.Badges) : "")}"), table);
    }

    private static Spectre.Console.Rows Everybody(MilestoneAnalytics all)
    {
        var table = Sheet("Milestone", "Reached", "Share", "Median days", "Last 12 weeks", $"Active later, reached by day {all.Landmark}", "Others", "Difference (95 %)");
        foreach (var one in all.Milestones)
            table.AddRow(Cells(one.Title, $"{one.Reached}", $"{one.Share} %", one.MedianDays?.ToString("0.#", CultureInfo.InvariantCulture) ?? "–", string.Join(' ', one.Weeks), Rate(one.Retention.Early), Rate(one.Retention.Others),
                one.Retention.Difference is { } by ? string.Create(CultureInfo.InvariantCulture, $"{by:+0.0;-0.0} ({one.Retention.Low:+0.0;-0.0} to {one.Retention.High:+0.0;-0.0})") : "too few to say"));
        return new(new Text(string.Create(CultureInfo.InvariantCulture, $"{all.Customers} customers, as of {all.TakenAt:u}")), table);
    }

    private static Command Export(CliHost host)
    {
        var version = new Argument<string>("VERSION") { Description = "A number, or draft; without it the one that holds", DefaultValueFactory = _ => "" };
        var export = new Command("export", "Print one version of the definitions as JSON, to be changed and published") { version };
        export.SetAction(async (parsed, ct) =>
        {
            await using var connection = await (await host.Database(ct)).OpenConnectionAsync(ct);
            var name = parsed.GetValue(version)!;
            var found = name.Length == 0 ? (await KnownBooks.Published(connection, ct))[0] : await KnownBooks.Find(connection, name, ct);
            await host.Out.WriteLineAsync((found ?? throw new Trouble($"There is no version '{name}'.", "./cs milestones export prints the one that holds.")).Definition);
            return 0;
        });
        return export;
    }

    private static Command Validate(CliHost host)
    {
        var file = new Argument<FileInfo>("FILE");
        var validate = new Command("validate", "Say what is wrong with definitions, and what they would change; nothing is kept") { file };
        validate.SetAction(async (parsed, ct) =>
        {
            var text = await Written(parsed.GetValue(file)!, ct);
            await using var connection = await (await host.Database(ct)).OpenConnectionAsync(ct);
            var found = BookApi.Check(text, await KnownBooks.Current(connection, null, ct));
            host.Print(parsed, found, one => one.Faults.Count > 0 ? string.Join('\n', one.Faults.Select(fault => $"{fault.Field} {fault.Message}"))
                : one.Changes.Count == 0 ? "It is right, and says the same as the version that holds." : string.Join('\n', one.Changes.Select(change => $"{change.What}: {change.Before} → {change.After}")));
            return found.Valid ? 0 : 1;
        });
        return validate;
    }

    private static Command Publish(CliHost host)
    {
        var file = new Argument<FileInfo>("FILE");
        var note = new Option<string>("--note") { Description = "Why, for those who read the list of versions", DefaultValueFactory = _ => "" };
        var publish = new Command("publish", "Publish definitions: they hold for everybody from now on, in place of any draft") { file, note };
        publish.SetAction(async (parsed, ct) =>
        {
            var text = await Written(parsed.GetValue(file)!, ct);
            if (KnownBooks.From(text).Faults is { Count: > 0 } faults) throw new Trouble(string.Join('\n', faults.Select(fault => $"{fault.Field} {fault.Message}")), "Nothing was published. ./cs milestones validate FILE checks it again.");
            var change = (await host.Services(ct)).GetRequiredService<ChangeBook>();
            await change.Keep(text, parsed.GetValue(note)!, CommandLine, ct);
            var outcome = await change.Publish(CommandLine, ct);
            if (outcome.Version is not { } version) throw new Trouble(outcome.Why ?? "It was not published.", "./cs milestones export prints the version that holds.");
            host.Print(parsed, new { version }, one => $"Version {one.version} holds from now on. Who has reached what is new is found, and not celebrated.");
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
            throw new Trouble($"'{file}' cannot be read: {error.Message}", "./cs milestones export > milestones.json makes one to begin with.");
        }
    }

    private static string Rate(RetainedGroup group) => group.Rate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate:0.0} % of {group.N}") : "–";

    private static Table Sheet(params string[] columns) => new Table().Border(TableBorder.Simple).AddColumns(columns);

    private static IEnumerable<Text> Cells(params string[] cells) => cells.Select(cell => new Text(cell));
}
