using System.Collections.Concurrent;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;
using CustomerSuccess.Tracking.Import;
using Npgsql;

namespace CustomerSuccess.Tracking.Upload;

/// <summary>
/// Uploads of this process, checked and imported behind the page that shows them. Files lie in a folder only the product may
/// enter and are gone when the import is over, discarded or an hour old. A restart forgets them; nothing is half imported.
/// </summary>
public sealed class Uploads(NpgsqlDataSource db, EventLog events, AuditLog audit, TimeProvider clock, IHostApplicationLifetime life, ILogger<Uploads> log) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Upload> uploads = new(StringComparer.Ordinal);
    // A large file takes some hundred megabytes of memory to compare; several at once would take the machine's.
    private readonly SemaphoreSlim turn = new(1);
    private readonly string root = Directory.CreateTempSubdirectory("cs-imports-").FullName;

    /// <summary>An empty folder for files to come; nothing of it is visible before <see cref="Check"/>.</summary>
    public Upload Begin(string owner)
    {
        foreach (var old in uploads.Values.Where(one => one.State is not UploadState.Importing && clock.Now() - one.At > Kept)) Discard(old);
        var id = Guid.CreateVersion7().ToString("N");
        return new Upload(id, owner, Directory.CreateDirectory(Path.Combine(root, id)).FullName, clock.Now());
    }

    public Upload? Find(string id, string owner) => uploads.TryGetValue(id, out var upload) && upload.Owner == owner ? upload : null;

    /// <summary>Read the files through and say what an import would do; changes nothing.</summary>
    public void Check(Upload upload)
    {
        uploads[upload.Id] = upload;
        Behind(upload, UploadState.Checked, async (files, ct) => upload.Report = await ImportFolder.Preview(db, files, clock, ct));
    }

    /// <summary>Import what was checked, once however often it is asked for. Changed rows are changed only when asked for.</summary>
    public void Import(Upload upload, bool update, string auditActor)
    {
        if (!upload.Begin()) return;
        Behind(upload, UploadState.Imported, async (files, ct) =>
        {
            var options = new ImportOptions(update, Actor: upload.Owner) { Progress = (done, all) => upload.Progress = (done, all) };
            upload.Report = await ImportFolder.Run(db, events, files, options, clock, ct);
            if (!upload.Report.Fits) return;
            await audit.Write(db, auditActor, "data.imported", "",
                new { customers = upload.Report.Customers.New, engagement = upload.Report.Engagement.New, changed = upload.Report.Changes.Count }, ct);
        });
    }

    public void Discard(Upload upload)
    {
        uploads.TryRemove(upload.Id, out _);
        if (Directory.Exists(upload.Folder)) Directory.Delete(upload.Folder, recursive: true);
    }

    public void Dispose()
    {
        turn.Dispose();
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
    }

    private void Behind(Upload upload, UploadState after, Func<OpenFiles, CancellationToken, Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await turn.WaitAsync(life.ApplicationStopping);
            try
            {
                using var files = OpenFiles.Of(upload.Folder);
                await work(files, life.ApplicationStopping);
            }
            finally
            {
                turn.Release();
            }

            upload.State = after;
            if (after == UploadState.Imported) Directory.Delete(upload.Folder, recursive: true);
        }
        catch (Exception error)
        {
            log.LogError(error, "Import {Id} failed", upload.Id);
            upload.Failure = error is Trouble trouble ? trouble.Message
                : error is NpgsqlException or TimeoutException ? "The database is away or busy." : "Something went wrong on our side; the log has the reason.";
            upload.State = UploadState.Failed;
        }
    });
}
