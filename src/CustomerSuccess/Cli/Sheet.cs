using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using Spectre.Console;

namespace CustomerSuccess.Cli;

/// <summary>A table for people: bordered in a terminal, plain columns where the output goes elsewhere.</summary>
internal sealed class Sheet
{
    private readonly Table table = new();

    public Sheet(CliHost host, params (string Name, bool Number)[] columns)
    {
        table.Border = host.Terminal ? TableBorder.Rounded : TableBorder.None;
        foreach (var (name, number) in columns)
        {
            var column = new TableColumn(new Text(name)) { NoWrap = true };
            if (number) column.RightAligned();
            table.AddColumn(column);
        }
    }

    public Table Table => table;

    /// <summary>Cells are text whatever stands in them, on one line, and no formula where they are pasted.</summary>
    public void Add(params string[] cells) => table.AddRow(cells.Select(cell => new Text(Formula.Safe(Line(cell)))));

    private static string Line(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
}
