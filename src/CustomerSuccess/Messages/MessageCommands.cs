using System.CommandLine;
using System.Globalization;
using CustomerSuccess.Messages.Log;
using CustomerSuccess.Platform;
using Spectre.Console;

namespace CustomerSuccess.Messages;

/// <summary>./cs messages: the delivery log on the command line.</summary>
public static class MessageCommands
{
    public static Command Make(CliHost host)
    {
        var state = new Option<string?>("--state") { Description = "queued, sending, sent, unknown, failed, suppressed or dropped" };
        var kind = new Option<string?>("--kind") { Description = "welcome, weekly_summary, …" };
        var customer = new Option<string?>("--customer") { Description = "Id of a customer" };
        var limit = new Option<int>("--limit") { Description = "Rows, at most 200", DefaultValueFactory = _ => 50 };
        var messages = new Command("messages", "What customers and the team were to hear from us, and what became of it") { state, kind, customer, limit };
        messages.SetAction(async (parsed, ct) =>
        {
            var filter = new MessageFilter { State = parsed.GetValue(state), Kind = parsed.GetValue(kind), Customer = parsed.GetValue(customer), Limit = parsed.GetValue(limit) };
            if (filter.Faults() is { Count: > 0 } faults) throw new Trouble($"--{faults.First().Key} {faults.First().Value[0]}.", "Run ./cs messages --help");
            host.Print(parsed, (await ListMessages.Run(await host.Database(ct), filter, ct)).Messages, rows =>
            {
                var table = Sheet("Id", "Made", "Kind", "Customer", "To", "State", "Channel", "Why");
                foreach (var row in rows) table.AddRow(Cells(row.MessageId, Time(row.CreatedAt), row.Kind, row.CustomerId, row.ToEmail, row.State, row.Channel, row.Reason));
                return table;
            });
            return 0;
        });
        messages.Add(Show(host));
        return messages;
    }

    private static Command Show(CliHost host)
    {
        var id = new Argument<string>("ID");
        var show = new Command("show", "One message with everything that happened to it") { id };
        show.SetAction(async (parsed, ct) =>
        {
            var found = await GetMessage.Run(await host.Database(ct), parsed.GetValue(id)!, ct)
                ?? throw new Trouble($"There is no message '{parsed.GetValue(id)}'.", "./cs messages lists them.");
            host.Print(parsed, found, one =>
            {
                var table = Sheet("At", "State", "Channel", "Why");
                table.AddRow(Cells(Time(one.Message.CreatedAt), "queued", "", ""));
                if (one.Earlier > 0) table.AddRow(Cells("", "", "", $"{one.Earlier} earlier steps are not shown"));
                foreach (var step in one.Steps) table.AddRow(Cells(Time(step.At), step.State, step.Channel, step.Reason));
                return table;
            });
            return 0;
        });
        return show;
    }

    private static Table Sheet(params string[] columns) => new Table().Border(TableBorder.Simple).AddColumns(columns);

    private static IEnumerable<Text> Cells(params string[] cells) => cells.Select(cell => new Text(cell));

    private static string Time(DateTime at) => at.ToString("u", CultureInfo.InvariantCulture);
}
