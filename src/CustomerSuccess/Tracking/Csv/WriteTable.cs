using CsvHelper;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>Writes one file: UTF-8 without BOM, LF, header always, a final newline, quotes only where RFC 4180 needs them.</summary>
public static class WriteTable
{
    private static readonly CsvWriterOptions Options = CsvWriterOptions.Default with { NewLine = "\n" };

    public static async Task To<T>(Stream file, TableFormat<T> table, IAsyncEnumerable<T> rows, CancellationToken ct)
    {
        await using var writer = Open(file, table.Columns);
        await foreach (var row in rows.WithCancellation(ct))
        {
            Fill(writer, table.Write(row));
            await writer.EndRecordAsync(ct);
        }
    }

    public static void To<T>(Stream file, TableFormat<T> table, IEnumerable<T> rows)
    {
        using var writer = Open(file, table.Columns);
        foreach (var row in rows)
        {
            Fill(writer, table.Write(row));
            writer.EndRecord();
        }
    }

    private static CsvWriter Open(Stream file, IReadOnlyList<string> columns)
    {
        var writer = CsvWriter.Create(file, Options, leaveOpen: true);
        Fill(writer, columns);
        writer.EndRecord();
        return writer;
    }

    private static void Fill(CsvWriter writer, IEnumerable<string> cells)
    {
        foreach (var cell in cells) writer.WriteField(cell);
    }
}
