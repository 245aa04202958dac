using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>The three files of a folder, open at one moment. A missing onboarding.csv or engagement.csv is an empty one.</summary>
public sealed class OpenFiles(Stream customers, Stream onboarding, Stream engagement) : IDisposable
{
    public static OpenFiles Of(string folder)
    {
        var customers = Path.Combine(folder, Tables.Customers.File);
        if (!File.Exists(customers)) throw new Trouble($"The folder {folder} has no customers.csv.", "Name the folder with the three files, or begin one with add-customer.");
        var open = new List<Stream>();
        try
        {
            foreach (var file in (string[])[Tables.Customers.File, Tables.Onboarding.File, Tables.Engagement.File])
            {
                var path = Path.Combine(folder, file);
                open.Add(File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024) : Stream.Null);
            }

            return new OpenFiles(open[0], open[1], open[2]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            foreach (var file in open) file.Dispose();
            throw new Trouble($"The files of {folder} could not be read: {error.Message}", "Check that they exist and who may read them.", error);
        }
    }

    public long Bytes => customers.Length + onboarding.Length + engagement.Length;

    public IEnumerable<Line<CustomerRow>> Customers(ReadTable reader) => Rows(reader, Tables.Customers, customers);

    public IEnumerable<Line<OnboardingRow>> Onboarding(ReadTable reader) => Rows(reader, Tables.Onboarding, onboarding);

    public IEnumerable<Line<EngagementRow>> Engagement(ReadTable reader) => Rows(reader, Tables.Engagement, engagement);

    /// <summary>All sound rows in memory; whatever is wrong anywhere is added to the errors.</summary>
    public Book Book(ICollection<RowError> errors)
    {
        var reader = new ReadTable(errors);
        var check = new CheckRows(reader);
        return new Book(
            Customers(reader).Where(check.Customer).Select(line => line.Row).ToList(),
            Onboarding(reader).Where(check.Onboarding).Select(line => line.Row).ToList(),
            Engagement(reader).Where(check.Engagement).Select(line => line.Row).ToList());
    }

    public void Dispose()
    {
        customers.Dispose();
        onboarding.Dispose();
        engagement.Dispose();
    }

    private static IEnumerable<Line<T>> Rows<T>(ReadTable reader, TableFormat<T> table, Stream file)
    {
        if (ReferenceEquals(file, Stream.Null)) return [];
        file.Seek(0, SeekOrigin.Begin);
        return reader.Rows(table, file);
    }
}
