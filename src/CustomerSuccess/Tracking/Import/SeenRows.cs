using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tracking.Import;

/// <summary>
/// What one pass over the files found. A folder that is followed is compared with the pass before, so that only what
/// changed in the folder moves on, and what happened in the database meanwhile is left alone.
/// </summary>
public sealed class SeenRows
{
    private readonly Dictionary<string, int> days = new(StringComparer.Ordinal);
    private Dictionary<string, CustomerRow> customers = new(StringComparer.Ordinal);
    private Dictionary<string, Line<OnboardingRow>> records = new(StringComparer.Ordinal);

    public long Rows { get; private set; }

    /// <summary>The highest number of the ids c…, o… and e….</summary>
    public Dictionary<char, long> Numbers { get; } = new() { ['c'] = 0, ['o'] = 0, ['e'] = 0 };

    public IEnumerable<string> Customers => customers.Keys;

    public CustomerRow? Customer(string id) => customers.GetValueOrDefault(id);

    public Line<OnboardingRow>? Record(string customerId) => records.TryGetValue(customerId, out var line) ? line : null;

    public bool Has(EngagementRow row) => days.TryGetValue(row.Id, out var hash) && hash == row.GetHashCode();

    /// <summary>Go through all files once: checks every row, and keeps what the second pass needs at hand.</summary>
    public static SeenRows Read(OpenFiles files, ReadTable reader, DateOnly today, CancellationToken ct)
    {
        var (seen, check) = (new SeenRows(), new CheckRows(reader));
        foreach (var line in files.Customers(reader))
        {
            ct.ThrowIfCancellationRequested();
            if (!check.Customer(line)) continue;
            NotAhead(Tables.Customers.File, line.Number, "signup_date", line.Row.SignupDate);
            seen.customers[line.Row.Id] = line.Row;
            seen.Count('c', line.Row.Id);
        }

        foreach (var line in files.Onboarding(reader))
        {
            if (!check.Onboarding(line)) continue;
            if (line.Row.CompletedDate is { } day) NotAhead(Tables.Onboarding.File, line.Number, "completed_date", day);
            seen.records[line.Row.CustomerId] = line;
            seen.Count('o', line.Row.Id);
        }

        foreach (var line in files.Engagement(reader))
        {
            ct.ThrowIfCancellationRequested();
            if (!check.Engagement(line)) continue;
            NotAhead(Tables.Engagement.File, line.Number, "date", line.Row.Date);
            seen.days[line.Row.Id] = line.Row.GetHashCode();
            seen.Count('e', line.Row.Id);
        }

        return seen;

        // East of here it may be tomorrow already.
        void NotAhead(string file, int line, string column, DateOnly day)
        {
            if (day > today.AddDays(1)) reader.Wrong(file, line, $"{column} {day.Iso()} is still to come");
        }
    }

    internal void Become(SeenRows read)
    {
        (customers, records) = (read.customers, read.records);
        days.Clear();
        foreach (var (id, hash) in read.days) days[id] = hash;
    }

    private void Count(char prefix, string id)
    {
        Rows++;
        Numbers[prefix] = Math.Max(Numbers[prefix], Ids.Number(prefix, id));
    }
}
