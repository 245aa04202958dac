using System.CommandLine;
using CustomerSuccess.Platform;
using Spectre.Console;

namespace CustomerSuccess.Events.Sources;

/// <summary>./cs source …: where events may come from, from the machine the product runs on.</summary>
public static class SourceCommands
{
    public static Command Make(CliHost host) =>
        new("source", "Sources of events and their write keys: add, list, revoke") { Add(host), List(host), Revoke(host) };

    private static Command Add(CliHost host)
    {
        var name = new Option<string>("--name") { Description = "What sends", Required = true };
        var kind = new Option<string>("--kind") { Description = string.Join(", ", Source.Kinds), Required = true };
        var origins = new Option<string[]>("--origin") { Description = "A page that may use the key, as in https://app.example.com; may be given several times", AllowMultipleArgumentsPerToken = true };
        var domain = new Option<string?>("--domain") { Description = "The domain of a Plausible script, or the website id of an Umami one" };
        var add = new Command("add", "Make a source and print its write key") { name, kind, origins, domain };
        add.SetAction(async (command, ct) =>
        {
            var request = new CreateSource.Request(command.GetRequiredValue(name), command.GetRequiredValue(kind), command.GetValue(origins), command.GetValue(domain));
            const string Fix = "See ./cs source add --help.";
            if (CreateSource.Problems(request) is [var fault, ..]) throw new Trouble($"{fault.Field} {fault.Message}.", Fix);
            var (made, problem) = await (await host.Services(ct)).GetRequiredService<CreateSource>().Run(request, "cli", ct);
            if (made is null) throw new Trouble($"{problem!.Field} {problem.Message}.", Fix);
            host.Print(command, made, one => one.WriteKey!);
        });
        return add;
    }

    private static Command List(CliHost host)
    {
        var list = new Command("list", "The sources there are, discovered ones included");
        list.SetAction(async (command, ct) => host.Print(command, await ListSources.Run(await host.Database(ct), ct), rows =>
        {
            var table = new Table().RoundedBorder().AddColumns("Id", "Name", "Kind", "Write key", "Domain", "Events", "Last event", "State");
            foreach (var row in rows)
            {
                var state = row.RevokedAt is { } at ? $"revoked {at:yyyy-MM-dd}" : row.CreatedBy == Source.Discovered ? "discovered" : "works";
                table.AddRow(new[] { row.SourceId, row.Name, row.Kind, row.WriteKey ?? "", row.Domain ?? "", row.Events.ToString(), row.LastEventAt?.ToString("yyyy-MM-dd HH:mm") ?? "never", state }.Select(text => new Text(text)).ToArray());
            }

            return table;
        }));
        return list;
    }

    private static Command Revoke(CliHost host)
    {
        var which = new Argument<string>("id") { Description = "The id in ./cs source list" };
        var revoke = new Command("revoke", "End a source, or block a discovered one, within 30 seconds everywhere") { which };
        revoke.SetAction(async (command, ct) =>
        {
            var id = command.GetRequiredValue(which);
            if (!await (await host.Services(ct)).GetRequiredService<RevokeSource>().Run(id, "cli", ct)) throw new Trouble($"No working source has the id '{id}'.", "See ./cs source list.");
            host.Print(command, new { Id = id, Revoked = true }, one => $"Revoked: {one.Id}");
        });
        return revoke;
    }
}
