using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tracking.Import;

/// <summary>How many rows of a file are new, differ from what is known, or are known as they are.</summary>
public sealed record Tally(long New, long Changed, long Same)
{
    public static Tally None { get; } = new(0, 0, 0);
}

/// <summary>A row that is known with other values: what differs, as "team_size 12 → 15".</summary>
public sealed record RowChange(string File, int Line, string Id, string What);

/// <summary>What an import would do, or did. With any error nothing is changed.</summary>
public sealed record ImportReport(Tally Customers, Tally Onboarding, Tally Engagement, IReadOnlyList<RowChange> Changes, IReadOnlyList<RowError> Errors)
{
    public bool Fits => Errors.Count == 0;

    public bool ChangesNothing => Fits && (Customers.New | Customers.Changed | Onboarding.New | Onboarding.Changed | Engagement.New | Engagement.Changed) == 0;
}

/// <summary>Gathers a report while rows are gone through.</summary>
internal sealed class ImportTally(bool update, ReadTable reader)
{
    private const int MostChanges = 1000;

    private readonly Dictionary<string, Tally> tallies = new(StringComparer.Ordinal);
    private readonly List<RowChange> changes = [];

    public void New(string file) => tallies[file] = Of(file) with { New = Of(file).New + 1 };

    public void Same(string file) => tallies[file] = Of(file) with { Same = Of(file).Same + 1 };

    /// <summary>A known row with other values; without update that is an error. Returns whether it may be changed.</summary>
    public bool Changed(string file, int line, string id, IReadOnlyCollection<string> what)
    {
        var words = string.Join("; ", what);
        tallies[file] = Of(file) with { Changed = Of(file).Changed + 1 };
        if (changes.Count < MostChanges) changes.Add(new RowChange(file, line, id, words));
        if (!update) reader.Wrong(file, line, $"{id} is known with other values: {words}. With --update they are changed");
        return update;
    }

    public ImportReport Report(IReadOnlyList<RowError> errors) =>
        new(Of(Tables.Customers.File), Of(Tables.Onboarding.File), Of(Tables.Engagement.File), changes, errors);

    private Tally Of(string file) => tallies.GetValueOrDefault(file, Tally.None);
}
