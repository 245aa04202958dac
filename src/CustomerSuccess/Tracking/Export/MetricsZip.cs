using System.IO.Compression;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tracking.Export;

/// <summary>
/// The archive that export-data gives: the three store files and combined_metrics.csv. Entries carry one fixed time, so the
/// same data give the same bytes. Written forward only, so it streams to wherever it goes.
/// </summary>
public sealed class MetricsZip(Stream target) : IAsyncDisposable
{
    // The first moment a ZIP can name.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive zip = new(target, ZipArchiveMode.Create, leaveOpen: true);

    public static string Name(string prefix, DateOnly day) => $"{prefix}_{Platform.Days.Iso(day)}.zip";

    public async Task Add<T>(TableFormat<T> table, IAsyncEnumerable<T> rows, CancellationToken ct)
    {
        var entry = zip.CreateEntry(table.File, CompressionLevel.Fastest);
        entry.LastWriteTime = Epoch;
        await using var file = await entry.OpenAsync(ct);
        await WriteTable.To(file, table, rows, ct);
    }

    /// <summary>A whole folder's book, in the natural order of ids.</summary>
    public static async Task Write(Stream target, Book book, DateOnly asOf, CancellationToken ct)
    {
        var order = Comparer<string>.Create(Ids.Compare);
        await using var archive = new MetricsZip(target);
        await archive.Add(Tables.Customers, book.Customers.OrderBy(row => row.Id, order).ToAsyncEnumerable(), ct);
        await archive.Add(Tables.Onboarding, book.Onboarding.OrderBy(row => row.Id, order).ToAsyncEnumerable(), ct);
        await archive.Add(Tables.Engagement, book.Engagement.OrderBy(row => row.Id, order).ToAsyncEnumerable(), ct);
        var accounts = book.Accounts(DateOnly.MinValue, DateOnly.MaxValue).OrderBy(account => account.Customer.Id, order);
        await archive.Add(CombinedMetrics.Table, accounts.Select(account => CombinedMetrics.Of(account, Health.HealthModel.EarlyAccess, asOf)).ToAsyncEnumerable(), ct);
    }

    public ValueTask DisposeAsync() => zip.DisposeAsync();
}
