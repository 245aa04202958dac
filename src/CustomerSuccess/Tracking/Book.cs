using CustomerSuccess.Engagement;
using CustomerSuccess.Onboarding;

namespace CustomerSuccess.Tracking;

/// <summary>
/// The three files in memory and the changes the tracking commands make to them. Pure: each change gives a new book, and
/// whatever it did not touch is the same list, so that only changed files are written.
/// </summary>
public sealed record Book(IReadOnlyList<CustomerRow> Customers, IReadOnlyList<OnboardingRow> Onboarding, IReadOnlyList<EngagementRow> Engagement)
{
    public static Book Empty { get; } = new([], [], []);

    public CustomerRow Customer(string id) => Customers.FirstOrDefault(row => row.Id == id) ?? throw Troubles.UnknownCustomer(id);

    public (Book Book, CustomerRow Added) AddCustomer(CustomerRow customer)
    {
        if (Customers.FirstOrDefault(row => string.Equals(row.Email, customer.Email, StringComparison.OrdinalIgnoreCase)) is { } taken)
            throw Troubles.EmailTaken(customer.Email, taken.Id);
        // Ids are for life: one that any file still mentions is not given again.
        var ids = Customers.Select(row => row.Id).Concat(Onboarding.Select(row => row.CustomerId)).Concat(Engagement.Select(row => row.CustomerId));
        var added = customer with { Id = Ids.Next('c', ids) };
        return (this with { Customers = [.. Customers, added], Onboarding = [.. Onboarding, NoSteps(added.Id)] }, added);
    }

    /// <summary>Set or reset a step. The fifth completes the onboarding for good: a later reset lowers the steps only.</summary>
    public (Book Book, OnboardingRow Now) UpdateStep(string customerId, string step, bool done, DateOnly today)
    {
        var customer = Customer(customerId);
        return Change(customerId, row =>
        {
            var steps = done ? row.Steps | OnboardingSteps.Bit(step) : row.Steps & ~OnboardingSteps.Bit(step);
            var completed = row.CompletedDate ?? (steps == OnboardingSteps.Full ? today : null);
            return row with
            {
                Steps = steps,
                CompletedDate = completed,
                DaysToComplete = completed is { } day ? OnboardingSteps.DaysToComplete(customer.SignupDate, day) : null,
            };
        });
    }

    public (Book Book, OnboardingRow Now) Block(string customerId, string type, string? notes)
    {
        Customer(customerId);
        return Change(customerId, row => row with { BlockerType = type, Notes = notes ?? "" });
    }

    /// <summary>Clear the blocker; its notes stay as what was learnt.</summary>
    public (Book Book, OnboardingRow Now) Unblock(string customerId)
    {
        Customer(customerId);
        return Change(customerId, row => row with { BlockerType = "" });
    }

    public (Book Book, EngagementRow Added) Record(string customerId, DateOnly day, Counts counts)
    {
        Customer(customerId);
        var added = new EngagementRow(Ids.Next('e', Engagement.Select(row => row.Id)), customerId, day, counts);
        return (this with { Engagement = [.. Engagement, added] }, added);
    }

    /// <summary>
    /// Every customer who had signed up by a day, with the sums of the days from..asOf. A folder knows no time of a step:
    /// it counts as done on completed_date, else on the signup date, as the import has it too.
    /// </summary>
    public IEnumerable<Account> Accounts(DateOnly from, DateOnly asOf)
    {
        var records = Onboarding.ToLookup(row => row.CustomerId, StringComparer.Ordinal);
        var days = Engagement.Where(row => row.Date >= from && row.Date <= asOf).ToLookup(row => row.CustomerId, StringComparer.Ordinal);
        foreach (var customer in Customers.Where(row => row.SignupDate <= asOf))
        {
            var record = records[customer.Id].FirstOrDefault();
            if (record?.CompletedDate > asOf) record = record with { Steps = 0, CompletedDate = null, DaysToComplete = null };
            yield return new Account(customer, record, Totals.Of(days[customer.Id]), customer.Status != "churned");
        }
    }

    /// <summary>What was known at the end of a day.</summary>
    public Book AsOf(DateOnly day)
    {
        var accounts = Accounts(DateOnly.MinValue, day).ToList();
        var known = accounts.Select(account => account.Customer.Id).ToHashSet(StringComparer.Ordinal);
        return new Book(
            accounts.ConvertAll(account => account.Customer),
            accounts.Where(account => account.Onboarding is not null).Select(account => account.Onboarding!).ToList(),
            Engagement.Where(row => row.Date <= day && known.Contains(row.CustomerId)).ToList());
    }

    private (Book Book, OnboardingRow Now) Change(string customerId, Func<OnboardingRow, OnboardingRow> change)
    {
        var before = Onboarding.FirstOrDefault(row => row.CustomerId == customerId);
        var now = change(before ?? NoSteps(customerId));
        return now == before ? (this, now)
            : before is null ? (this with { Onboarding = [.. Onboarding, now] }, now)
            : (this with { Onboarding = Onboarding.Select(row => row.CustomerId == customerId ? now : row).ToList() }, now);
    }

    private OnboardingRow NoSteps(string customerId) =>
        new(Ids.Next('o', Onboarding.Select(row => row.Id)), customerId, 0, null, null, "", "");
}
