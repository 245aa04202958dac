using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Change;
using CustomerSuccess.Tracking.Csv;
using Npgsql;

namespace CustomerSuccess.Tracking.Import;

/// <summary>Compares rows with what is known and writes the events that follow, a batch at a time. Without a log it only compares.</summary>
internal sealed class ImportBatch(
    NpgsqlConnection connection, NpgsqlTransaction transaction, EventLog? log, Moment moment, ImportTally tally, ReadTable reader, SeenRows? before, SeenRows read)
{
    private const int MostEvents = 1000;

    private readonly List<Envelope> waiting = [];

    /// <summary>Into an empty database: the files have been checked against themselves, and there is nothing else to ask.</summary>
    public bool NothingKnown { get; init; }

    public async Task Customers(IReadOnlyList<Line<CustomerRow>> all, CancellationToken ct)
    {
        var lines = all.Where(line => Differs(line.Row)).ToList();
        for (var n = lines.Count; n < all.Count; n++) tally.Same(Tables.Customers.File);
        if (lines.Count == 0) return;
        if (NothingKnown)
        {
            foreach (var line in lines) New(line.Row, read.Record(line.Row.Id));
            if (waiting.Count >= MostEvents) await Flush(ct);
            return;
        }

        var ids = lines.Select(line => line.Row.Id).ToArray();
        var known = await Known.Customers(connection, transaction, ids, ct);
        var emails = await Known.EmailOwners(connection, transaction, [.. lines.Select(line => line.Row.Email)], ids, ct);
        var records = await Known.RecordOwners(connection, transaction, [.. ids.Select(id => read.Record(id)?.Row.Id ?? "")], ids, ct);
        var resets = await Known.LastResets(connection, transaction, [.. known.Keys], ct);
        foreach (var line in lines)
        {
            var (row, record) = (line.Row, read.Record(line.Row.Id));
            if (emails.TryGetValue(row.Id, out var owner)) reader.Wrong(Tables.Customers.File, line.Number, $"the email {row.Email} belongs to customer {owner}");
            if (record is { } taken && records.TryGetValue(row.Id, out owner)) reader.Wrong(Tables.Onboarding.File, taken.Number, $"the id {taken.Row.Id} belongs to customer {owner}");
            if (known.TryGetValue(row.Id, out var found))
            {
                Fields(line, found.Customer);
                if (record is { } other) Steps(other, found.Onboarding, resets.TryGetValue(row.Id, out var reset) ? reset : null);
            }
            else
            {
                New(row, record);
            }
        }

        if (waiting.Count >= MostEvents) await Flush(ct);
    }

    public async Task Engagement(IReadOnlyList<Line<EngagementRow>> all, CancellationToken ct)
    {
        var lines = all.Where(line => before?.Has(line.Row) != true).ToList();
        for (var n = lines.Count; n < all.Count; n++) tally.Same(Tables.Engagement.File);
        if (lines.Count == 0) return;
        var made = lines.Where(line => line.Row.Id == Ids.OfDay(line.Row.CustomerId, line.Row.Date)).Select(line => line.Row.CustomerId).Distinct(StringComparer.Ordinal).ToArray();
        var known = NothingKnown ? [] : await Known.Days(connection, transaction, [.. lines.Select(line => line.Row.Id)], made, ct);
        foreach (var line in lines)
        {
            var row = line.Row;
            if (!known.TryGetValue(row.Id, out var found))
            {
                tally.New(Tables.Engagement.File);
                waiting.Add(EngagementEvents.New(row, moment));
            }
            else if (found.CustomerId != row.CustomerId)
            {
                reader.Wrong(Tables.Engagement.File, line.Number, $"the id {row.Id} belongs to a row of customer {found.CustomerId}");
            }
            else
            {
                var (what, events) = EngagementEvents.Change(found, row, moment);
                Apply(Tables.Engagement.File, line.Number, row.Id, what, events);
            }
        }

        if (waiting.Count >= MostEvents) await Flush(ct);
    }

    /// <summary>Write what waits, unless something is wrong already: then the rest is only compared. Nothing of it may be known: that was compared before.</summary>
    public async Task Flush(CancellationToken ct)
    {
        if (log is not null && waiting.Count > 0 && !reader.Failed)
        {
            var receipts = await Record.Stored(log.Write(connection, transaction, waiting, ct));
            if (receipts.FirstOrDefault(receipt => !receipt.Stored) is { } refused)
                throw new Trouble($"The message {refused.Id} was not stored: {refused.Reason}.", "Something else writes the same rows; import again when it is done.");
        }

        waiting.Clear();
    }

    private bool Differs(CustomerRow row) =>
        before is null || before.Customer(row.Id) != row || before.Record(row.Id)?.Row != read.Record(row.Id)?.Row;

    private void New(CustomerRow row, Line<OnboardingRow>? record)
    {
        tally.New(Tables.Customers.File);
        if (record is not null) tally.New(Tables.Onboarding.File);
        waiting.AddRange(CustomerEvents.New(row, record?.Row, moment));
    }

    private void Fields(Line<CustomerRow> line, CustomerRow known)
    {
        var (what, properties) = CustomerEvents.Fields(known, line.Row, before?.Customer(line.Row.Id));
        Apply(Tables.Customers.File, line.Number, line.Row.Id, what, what.Count == 0 ? [] : [moment.Event(EventTypes.CustomerUpdated, line.Row.Id, properties)]);
    }

    private void Steps(Line<OnboardingRow> line, OnboardingRow known, DateTime? lastReset)
    {
        var (what, events) = CustomerEvents.Record(known, line.Row, before?.Record(line.Row.CustomerId)?.Row, moment, lastReset);
        Apply(Tables.Onboarding.File, line.Number, line.Row.Id, what, events);
    }

    private void Apply(string file, int line, string id, List<string> what, List<Envelope> events)
    {
        if (what.Count == 0) tally.Same(file);
        else if (tally.Changed(file, line, id, what)) waiting.AddRange(events);
    }
}
