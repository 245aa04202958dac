using System.Globalization;
using Npgsql;
using Spectre.Console;

namespace CustomerSuccess.Bench;

/// <summary>Where a figure was taken, and how a table of them looks.</summary>
internal static class Machine
{
    public static async Task<string> Line(string? connectionString)
    {
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ');
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        var version = "";
        if (connectionString is not null)
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("select current_setting('server_version') || ', synchronous_commit ' || current_setting('synchronous_commit') || ', fsync ' || current_setting('fsync')", connection);
            version = ", PostgreSQL " + await command.ExecuteScalarAsync();
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {memory:0.0} GB, .NET {Environment.Version}{version}; load average of the last minute at the end {load[0]}");
    }

    public static void Print(string title, string[] columns, IEnumerable<string[]> rows, string machine)
    {
        var table = new Table().Title(title).Border(TableBorder.Markdown);
        foreach (var column in columns) table.AddColumn(new TableColumn(column.EscapeMarkup()) { Alignment = column == columns[0] ? Justify.Left : Justify.Right });
        foreach (var row in rows) table.AddRow([.. row.Select(cell => cell.EscapeMarkup())]);
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 200;
        AnsiConsole.Write(table);
        Console.WriteLine(machine);
    }

    public static string N(double value, string format = "#,0") => value.ToString(format, CultureInfo.InvariantCulture);
}
