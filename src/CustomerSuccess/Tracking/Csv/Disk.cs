using System.Runtime.InteropServices;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>Writing that survives a kill and a power cut: content first, then the name, then the folder that holds the name.</summary>
internal static class Disk
{
    /// <summary>Write a file whole and force it to the disk, under a name nobody reads yet.</summary>
    public static void Write(string path, Action<Stream> content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        content(file);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Give a file its final name; readers see the old one or the new one, nothing between. The mode stays.</summary>
    public static void Rename(string from, string to)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(to)) File.SetUnixFileMode(from, File.GetUnixFileMode(to));
        File.Move(from, to, overwrite: true);
    }

    /// <summary>Make the names of a folder lasting. .NET opens no folders, so the C library does.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Open(path, 0);
        if (folder < 0) return;
        _ = Fsync(folder);
        _ = Close(folder);
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
