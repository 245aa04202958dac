using System.CommandLine;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Export;

namespace CustomerSuccess.Cli;

/// <summary>./cs export-data [--out FILE.zip] [--as-of DAY]: the three files and combined_metrics.csv as a ZIP.</summary>
internal static class ExportFiles
{
    public static Command Command(CliHost host)
    {
        var target = new Option<string?>("--out") { HelpName = "FILE.zip", Description = "Where to write it; - for standard output. Here, named after the day, unless told" };
        var day = TrackingOptions.Day("--as-of", "As it was known at the end of this day");
        var folder = TrackingOptions.DataDir();
        var command = new Command("export-data", "Write all data as CSV files in a ZIP") { target, day, folder };
        command.SetAction(async (parsed, ct) =>
        {
            var (asOf, known) = (parsed.GetValue(day) ?? host.Clock.Today(), parsed.GetValue(day) is not null);
            var file = parsed.GetValue(target) ?? MetricsZip.Name(ExportSettings.Read(host.Configuration).Prefix, asOf);
            var files = host.Folder(parsed, folder);
            var book = files is null ? null : await files.Read(ct);
            Task Write(Stream stream, CancellationToken stop) => book is null
                ? ExportFromDatabase(host, stream, asOf, known, stop)
                : MetricsZip.Write(stream, known ? book.AsOf(asOf) : book, asOf, stop);
            if (file == "-")
            {
                await using var output = Console.OpenStandardOutput();
                await Write(output, ct);
                return 0;
            }

            await WholeFile.Write(file, Write, ct);
            host.Print(parsed, new { File = Path.GetFullPath(file), AsOf = asOf, Bytes = new FileInfo(file).Length }, written => written.File);
            return 0;
        });
        return command;
    }

    private static async Task ExportFromDatabase(CliHost host, Stream stream, DateOnly asOf, bool known, CancellationToken ct) =>
        await ExportData.WriteZip(await host.Database(ct), stream, asOf, known, ct);
}
