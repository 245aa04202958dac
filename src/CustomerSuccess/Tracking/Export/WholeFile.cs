using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tracking.Export;

/// <summary>A file that is there whole or not at all, whatever happens while it is written. Only its owner may read it.</summary>
internal static class WholeFile
{
    public static async Task Write(string path, Func<Stream, CancellationToken, Task> content, CancellationToken ct)
    {
        var target = Path.GetFullPath(path);
        var aside = target + ".part";
        try
        {
            await using (var file = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await content(file, ct);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, target, overwrite: true);
            Disk.SyncFolder(Path.GetDirectoryName(target)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new Trouble($"{target} could not be written: {error.Message}", "Check that the folder exists, the disk has room, and who may write there.", error);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
