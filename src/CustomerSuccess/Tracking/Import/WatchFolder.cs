using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;
using Npgsql;

namespace CustomerSuccess.Tracking.Import;

/// <summary>
/// Follows a folder that the tracking commands still write: a first pass as history, then whatever changes in it, live.
/// A broken file or a database that is away is said and tried again; nothing is skipped.
/// </summary>
public static class WatchFolder
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    /// <summary>Runs until it is stopped. Problems with the first pass end it; later ones do not.</summary>
    public static async Task Run(NpgsqlDataSource db, EventLog log, CsvFolder folder, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        var seen = new SeenRows();
        var stamp = folder.Stamp();
        using (var files = await folder.Open(ct))
        {
            var first = await ImportFolder.Run(db, log, files, new ImportOptions(Update: true) { Seen = seen }, clock, ct);
            if (!first.Fits) throw Troubles.BrokenFiles(first.Errors);
            say($"Following {folder.FullPath}: {Words(first)} at first. Ctrl-C ends it.");
        }

        // The system's word makes it quick; looking by ourselves makes it certain (network folders send none).
        using var changed = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(folder.FullPath, "*.csv") { EnableRaisingEvents = true };
        watcher.Changed += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();
        var told = "";
        try
        {
            while (true)
            {
                await changed.WaitAsync(Between, ct);
                if (folder.Stamp() is var now && now == stamp) continue;
                var problem = await Pass(db, log, folder, seen, clock, say, ct);
                // What changed during the pass has another stamp and is seen in the next.
                if (problem is null) stamp = now;
                else if (problem != told) say(problem);
                told = problem ?? "";
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            say("Stopped.");
        }
    }

    private static async Task<string?> Pass(NpgsqlDataSource db, EventLog log, CsvFolder folder, SeenRows seen, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        try
        {
            using var files = await folder.Open(ct);
            var report = await ImportFolder.Run(db, log, files, new ImportOptions(Update: true, Live: true) { Seen = seen }, clock, ct);
            if (!report.Fits) return Troubles.BrokenFiles(report.Errors).Text;
            if (!report.ChangesNothing) say(Words(report));
            return null;
        }
        catch (Trouble trouble)
        {
            return trouble.Text;
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            return $"The database is away ({error.Message}); trying again.";
        }
    }

    private static string Words(ImportReport report) =>
        FormattableString.Invariant($"{report.Customers.New} new customers, {report.Engagement.New} new days, {report.Customers.Changed + report.Onboarding.Changed + report.Engagement.Changed} changes");
}
