using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>One process at a time in a folder: an exclusive lock (flock) on a file in it. The kernel lets go when its holder dies.</summary>
public sealed class FolderLock : IDisposable
{
    public const string Name = ".lock";

    private const int WouldBlock = 11, SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream? file;

    private FolderLock(FileStream? file) => this.file = file;

    public static async Task<FolderLock> Take(string folder, TimeSpan atMost, TimeProvider clock, CancellationToken ct)
    {
        var path = Path.Combine(folder, Name);
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            }
            catch (IOException busy) when (busy.HResult is WouldBlock or SharingViolation)
            {
                if (clock.GetElapsedTime(start) > atMost)
                    throw new Trouble($"Another command holds the folder {folder} for more than {atMost.TotalSeconds:0} seconds (lock file {path}).", "Wait for it or stop it; the lock goes with its process.", busy);
            }

            // Uneven waits by process, so that many who wait do not all knock at the same moment.
            await Task.Delay(TimeSpan.FromMilliseconds(3 + Environment.ProcessId % 11), clock, ct);
        }
    }

    /// <summary>To read a folder nobody may write in; there is nothing to keep out.</summary>
    public static FolderLock None { get; } = new(null);

    /// <summary>EROFS: the file system is mounted read-only.</summary>
    public static bool ReadOnly(Exception error) => error is UnauthorizedAccessException || (error is IOException && error.HResult == 30);

    public void Dispose() => file?.Dispose();
}
