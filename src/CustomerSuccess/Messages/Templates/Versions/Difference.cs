namespace CustomerSuccess.Messages.Templates.Versions;

/// <summary>One line of a comparison: ' ' in both, '-' only before, '+' only after, '…' for lines left out.</summary>
public sealed record DiffLine(char Sign, string Text);

/// <summary>What changed between two texts, line by line (longest common subsequence). Pure.</summary>
public static class Difference
{
    // Unchanged lines shown around a change.
    private const int Around = 3;

    // Beyond so many comparisons the middle is shown as replaced as a whole.
    private const long MostCells = 4_000_000;

    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        var (a, b) = (Lines(before), Lines(after));
        var head = 0;
        while (head < a.Length && head < b.Length && a[head] == b[head]) head++;
        var tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)] == b[^(tail + 1)]) tail++;

        var lines = new List<DiffLine>();
        lines.AddRange(a.Take(head).Select(line => new DiffLine(' ', line)));
        lines.AddRange(Middle(a[head..^tail], b[head..^tail]));
        lines.AddRange(a.TakeLast(tail).Select(line => new DiffLine(' ', line)));
        return lines;
    }

    /// <summary>Only what changed, with a few lines around it.</summary>
    public static IReadOnlyList<DiffLine> Short(IReadOnlyList<DiffLine> lines)
    {
        var near = new bool[lines.Count];
        for (var n = 0; n < lines.Count; n++)
        {
            if (lines[n].Sign == ' ') continue;
            for (var m = Math.Max(0, n - Around); m <= Math.Min(lines.Count - 1, n + Around); m++) near[m] = true;
        }

        var shown = new List<DiffLine>();
        for (var n = 0; n < lines.Count; n++)
        {
            if (near[n]) shown.Add(lines[n]);
            else if (shown.Count == 0 || shown[^1].Sign != '…') shown.Add(new('…', ""));
        }

        return shown;
    }

    private static IEnumerable<DiffLine> Middle(string[] a, string[] b)
    {
        if ((long)a.Length * b.Length > MostCells) return [.. a.Select(line => new DiffLine('-', line)), .. b.Select(line => new DiffLine('+', line))];
        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--) common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = new List<DiffLine>();
        for (var (i, j) = (0, 0); i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add(new(' ', a[i]));
                (i, j) = (i + 1, j + 1);
            }
            else if (j == b.Length || i < a.Length && common[i + 1, j] >= common[i, j + 1]) lines.Add(new('-', a[i++]));
            else lines.Add(new('+', b[j++]));
        }

        return lines;
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');
}
