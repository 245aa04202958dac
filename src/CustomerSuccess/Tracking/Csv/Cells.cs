using System.Globalization;
using CsvHelper;
using CustomerSuccess.Customers;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>What is wrong with one line of one file.</summary>
public sealed record RowError(string File, int Line, string Message)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}

/// <summary>The cells of one row, taken in the order of the header. What does not fit is noted and reading goes on.</summary>
public sealed class Cells(IReadOnlyList<string> columns, CsvReader row, Action<string> wrong)
{
    private int at;

    public void Start() => at = 0;

    /// <summary>The id of a customer, by the rules that hold at every door.</summary>
    public string CustomerId()
    {
        var (name, value) = Take();
        if (value.Length == 0) wrong($"{name} is empty");
        else if (CustomerFields.IdProblem(value) is { } problem) wrong($"{name} '{Fields.Shown(value)}' {problem}");
        return value;
    }

    public string RowId()
    {
        var (name, value) = Take();
        if (Fields.Text(name, value, Fields.RowId, required: true) is { } problem) wrong(problem);
        else if (value.Any(char.IsControl) || value.Trim() != value) wrong($"{name} '{Fields.Shown(value)}' holds a control character, or a space at an end");
        return value;
    }

    public string Text(int most, bool required = false)
    {
        var (name, value) = Take();
        if (Fields.Text(name, value, most, required) is { } problem) wrong(problem);
        return value;
    }

    public string Checked(Func<string, string?> check)
    {
        var (_, value) = Take();
        if (check(value) is { } problem) wrong(problem);
        return value;
    }

    public DateOnly? Day(bool optional = false)
    {
        var (name, value) = Take();
        if (value.Length == 0 && optional) return null;
        if (Days.TryParse(value, out var day)) return day;
        wrong(value.Length == 0 ? $"{name} is empty; it must be a day like 2025-05-01" : $"{name} '{Fields.Shown(value)}' is not a day like 2025-05-01");
        return null;
    }

    /// <summary>true or false in any case.</summary>
    public bool Flag()
    {
        var (name, value) = Take();
        if (bool.TryParse(value, out var flag) && value.Length is 4 or 5) return flag;
        wrong($"{name} '{Fields.Shown(value)}' is neither true nor false");
        return false;
    }

    public long Count() => Number(optional: false) ?? 0;

    public int? TeamSize() => (int?)Number(optional: true, most: 10_000_000);

    /// <summary>A whole number from 0.</summary>
    public long? Number(bool optional, long most = 1_000_000_000)
    {
        var (name, value) = Take();
        if (value.Length == 0 && optional) return null;
        if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most) return number;
        wrong($"{name} '{Fields.Shown(value)}' is not a whole number from 0 to {most.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    private (string Name, string Value) Take() => (columns[at], row.GetString(at++));
}
