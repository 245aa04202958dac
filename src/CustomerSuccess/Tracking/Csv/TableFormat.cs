namespace CustomerSuccess.Tracking.Csv;

/// <summary>One of the three files: its name, its header in order, and how a row becomes cells and back.</summary>
public sealed record TableFormat<T>(string File, IReadOnlyList<string> Columns, Func<Cells, T> Read, Func<T, IEnumerable<string>> Write);
