namespace CustomerSuccess.Tracking.Csv;

/// <summary>What must hold between rows and files: ids and emails once, every row's customer known. Feed customers first.</summary>
public sealed class CheckRows(ReadTable reader)
{
    private readonly Dictionary<string, int> customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> emails = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> recordOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> days = new(StringComparer.Ordinal);

    public bool Customer(Line<CustomerRow> line) =>
        line.Sound & Once(Tables.Customers.File, customers, line.Number, "id", line.Row.Id)
        & Once(Tables.Customers.File, emails, line.Number, "email", line.Row.Email);

    public bool Onboarding(Line<OnboardingRow> line) =>
        line.Sound & Known(Tables.Onboarding.File, line.Number, line.Row.CustomerId)
        & Once(Tables.Onboarding.File, records, line.Number, "id", line.Row.Id)
        & Once(Tables.Onboarding.File, recordOf, line.Number, "customer_id", line.Row.CustomerId);

    public bool Engagement(Line<EngagementRow> line)
    {
        var row = line.Row;
        // An id made from a customer and a day stands for what events counted there; it cannot mean another day.
        var made = row.Id.StartsWith("e-", StringComparison.Ordinal) && row.Id.Length > 11 && row.Id[^9] == '-' && row.Id.AsSpan(row.Id.Length - 8).ContainsAnyExceptInRange('0', '9') is false;
        var fits = !made || !line.Sound || row.Id == Ids.OfDay(row.CustomerId, row.Date);
        if (!fits) reader.Wrong(Tables.Engagement.File, line.Number, $"the id {row.Id} names another customer or day than its row");
        return line.Sound & fits & Known(Tables.Engagement.File, line.Number, row.CustomerId) & Once(Tables.Engagement.File, days, line.Number, "id", row.Id);
    }

    private bool Known(string file, int line, string customer)
    {
        if (customer.Length == 0 || customers.ContainsKey(customer)) return true;
        reader.Wrong(file, line, $"unknown customer '{Fields.Shown(customer)}': customers.csv has no such id");
        return false;
    }

    private bool Once(string file, Dictionary<string, int> seen, int line, string column, string value)
    {
        if (value.Length == 0) return true;
        if (seen.TryAdd(value, line)) return true;
        reader.Wrong(file, line, $"duplicate {column} '{Fields.Shown(value)}', first on line {seen[value]}");
        return false;
    }
}
