using System.Text.Unicode;
using CsvHelper;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>A row, the line of the file on which it starts, and whether every cell of it is sound.</summary>
public readonly record struct Line<T>(int Number, T Row, bool Sound);

/// <summary>
/// Reads one file row by row (RFC 4180, UTF-8 with or without BOM, LF or CRLF). What is wrong goes to
/// <paramref name="errors"/>, all of it, so that a person mends a file once; a row with a bad cell is given out as not sound.
/// </summary>
public sealed class ReadTable(ICollection<RowError> errors)
{
    /// <summary>Above this size a file is refused: it is not a list of customers.</summary>
    public const long MostBytes = 2L << 30;

    /// <summary>No row is longer; a quote that is never closed would swallow the rest of the file.</summary>
    public const int MostRowBytes = 64 * 1024;

    /// <summary>After so many errors no more are kept.</summary>
    public const int MostErrors = 1000;

    public IEnumerable<Line<T>> Rows<T>(TableFormat<T> table, Stream file)
    {
        if (file.CanSeek && file.Length > MostBytes)
        {
            Wrong(table.File, 0, $"the file is larger than {MostBytes >> 20} MB");
            yield break;
        }

        CsvMalformedReason? quotes = null;
        using var reader = CsvReader.Create(file, Options(reason => quotes = reason), leaveOpen: true);
        var broken = false;
        var cells = new Cells(table.Columns, reader, problem => { broken = true; Wrong(table.File, (int)reader.LineNumber, problem); });
        var line = 1;
        if (!Advance(reader, table.File, line, out var failed))
        {
            if (!failed) Wrong(table.File, 1, $"the file is empty; its first line must be {string.Join(',', table.Columns)}");
            yield break;
        }

        if (!Header(table.File, table.Columns, [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)])) yield break;
        while (true)
        {
            (quotes, broken) = (null, false);
            if (!Advance(reader, table.File, line + 1, out _)) yield break;
            line = (int)reader.LineNumber;
            if (Unreadable(reader, quotes, table.Columns.Count) is { } problem)
            {
                Wrong(table.File, line, problem);
                if (quotes == CsvMalformedReason.UnterminatedQuote) yield break;
                continue;
            }

            cells.Start();
            var row = table.Read(cells);
            yield return new Line<T>(line, row, !broken);
        }
    }

    public bool Failed => errors.Count > 0;

    public void Wrong(string file, int line, string message)
    {
        if (errors.Count < MostErrors) errors.Add(new RowError(file, line, message));
        else if (errors.Count == MostErrors) errors.Add(new RowError(file, line, $"from here on there are more errors; these are the first {MostErrors}"));
    }

    private static CsvReaderOptions Options(Action<CsvMalformedReason> malformed) => CsvReaderOptions.Default with
    {
        Separator = ',',
        HasHeader = false,
        TrackLineNumbers = true,
        MaxRecordSize = MostRowBytes,
        OnMalformedRecord = record => malformed(record.Reason),
    };

    private static string? Unreadable(CsvReader reader, CsvMalformedReason? quotes, int columns) =>
        quotes == CsvMalformedReason.UnterminatedQuote ? "a quote that opens here is never closed"
        : quotes == CsvMalformedReason.StrayQuote ? "a quote stands inside a cell that is not quoted: quote the cell and double the quotes in it"
        : quotes is not null ? "text follows a closing quote: double the quotes inside a quoted cell"
        : reader.RawRecord.Length > MostRowBytes ? $"the row is longer than {MostRowBytes} bytes"
        : !Utf8.IsValid(reader.RawRecord) ? "the row has bytes that are not UTF-8; save the file as UTF-8"
        : reader.FieldCount != columns ? $"{reader.FieldCount} cells where the header has {columns}"
        : null;

    private bool Advance(CsvReader reader, string file, int line, out bool failed)
    {
        failed = false;
        try
        {
            return reader.Read();
        }
        catch (Exception error) when (error is CsvFormatException or InvalidDataException or InvalidOperationException)
        {
            failed = true;
            Wrong(file, line, $"from here on a row is longer than {MostRowBytes} bytes: most likely a quote is never closed");
            return false;
        }
    }

    private bool Header(string file, IReadOnlyList<string> columns, string[] found)
    {
        if (found.SequenceEqual(columns, StringComparer.Ordinal)) return true;
        var missing = columns.Except(found, StringComparer.Ordinal).ToList();
        var foreign = found.Except(columns, StringComparer.Ordinal).Select(Fields.Shown).ToList();
        var what = missing.Count > 0 ? "it misses " + string.Join(", ", missing)
            : foreign.Count > 0 ? "it has too many: " + string.Join(", ", foreign) : "the order differs, or a name stands twice";
        Wrong(file, 1, $"wrong header ({what}); it must be {string.Join(',', columns)}");
        return false;
    }
}
