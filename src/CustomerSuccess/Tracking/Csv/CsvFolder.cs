using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>
/// A folder with the three files: the tracking commands' whole store. Under a lock it is read, changed and written whole or
/// not at all: new files are written aside and forced to disk, then renamed. Where one change has several files, a commit
/// file naming them is renamed into place first; from then on the change stands, and whoever opens the folder next finishes it.
/// </summary>
public sealed class CsvFolder(string path, TimeProvider clock)
{
    private const string Aside = ".new";
    private const string Commit = ".commit";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Files = [Tables.Customers.File, Tables.Onboarding.File, Tables.Engagement.File];

    public string FullPath { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Change the book and return what the change answers. An exception in the change leaves the folder as it is.</summary>
    public async Task<T> Change<T>(Func<Book, (Book Book, T Answer)> change, bool create, CancellationToken ct)
    {
        if (create) Create();
        using var held = await Lock(ct);
        var before = Load(create);
        var (after, answer) = change(before);
        var changes = new List<(string File, Action<Stream> Content)>();
        if (!ReferenceEquals(before.Customers, after.Customers)) changes.Add((Tables.Customers.File, file => WriteTable.To(file, Tables.Customers, after.Customers)));
        if (!ReferenceEquals(before.Onboarding, after.Onboarding)) changes.Add((Tables.Onboarding.File, file => WriteTable.To(file, Tables.Onboarding, after.Onboarding)));
        if (!ReferenceEquals(before.Engagement, after.Engagement)) changes.Add((Tables.Engagement.File, file => WriteTable.To(file, Tables.Engagement, after.Engagement)));
        Save(changes);
        return answer;
    }

    public async Task<Book> Read(CancellationToken ct)
    {
        using var held = await Lock(ct);
        return Load(create: false);
    }

    /// <summary>The three files as they are now, open for reading. Later changes rename others over them and do not touch these.</summary>
    public async Task<OpenFiles> Open(CancellationToken ct)
    {
        using var held = await Lock(ct);
        return OpenFiles.Of(FullPath);
    }

    /// <summary>Differs after any change of the files: their times and sizes.</summary>
    public string Stamp() => string.Join('|', Files.Select(file => new FileInfo(At(file))).Select(file => file.Exists
        ? FormattableString.Invariant($"{file.LastWriteTimeUtc.Ticks} {file.Length}") : "none"));

    private async Task<FolderLock> Lock(CancellationToken ct)
    {
        if (!Directory.Exists(FullPath)) throw new Trouble($"There is no folder {FullPath}.", "Name the folder with customers.csv, or begin one with add-customer.");
        try
        {
            var held = await FolderLock.Take(FullPath, Patience, clock, ct);
            FinishCommit();
            return held;
        }
        catch (Exception error) when (FolderLock.ReadOnly(error))
        {
            if (!File.Exists(At(Commit))) return FolderLock.None;
            throw new Trouble($"The folder {FullPath} holds a change that was cut short, and this user may not write there.", "Run any tracking command on it as its owner first.");
        }
        catch (IOException error)
        {
            throw new Trouble($"The folder {FullPath} cannot be used: {error.Message}", "Check the folder, the disk and who may write there.", error);
        }
    }

    private void Create()
    {
        if (Directory.Exists(FullPath)) return;
        Directory.CreateDirectory(FullPath);
        Disk.SyncFolder(Path.GetDirectoryName(FullPath)!);
    }

    private Book Load(bool create)
    {
        // A folder that is new has none of the files; the lists differ from those written, so all three are.
        if (create && !Files.Any(file => File.Exists(At(file)))) return new Book([], [], []);
        using var files = OpenFiles.Of(FullPath);
        var errors = new List<RowError>();
        var book = files.Book(errors);
        return errors.Count == 0 ? book : throw Troubles.BrokenFiles(errors);
    }

    private void Save(List<(string File, Action<Stream> Content)> changes)
    {
        if (changes.Count == 0) return;
        try
        {
            // Files that do not exist yet come with the first change, so that a folder is never half there.
            foreach (var file in Files.Where(file => !File.Exists(At(file)) && changes.TrueForAll(change => change.File != file)))
                changes.Add((file, Empty(file)));
            foreach (var (file, content) in changes) Disk.Write(At(file + Aside), content);
            if (changes.Count == 1)
            {
                Disk.Rename(At(changes[0].File + Aside), At(changes[0].File));
                Disk.SyncFolder(FullPath);
                return;
            }

            Disk.Write(At(Commit + Aside), file => file.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(changes.Select(change => change.File + "\n")))));
            Disk.SyncFolder(FullPath);
            Disk.Rename(At(Commit + Aside), At(Commit));
            Disk.SyncFolder(FullPath);
            FinishCommit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new Trouble($"The folder {FullPath} could not be written: {error.Message}", "Check the disk and who may write there, then try again.", error);
        }
    }

    /// <summary>Roll a committed change forward, or forget files of one that was never committed. Harmless to repeat.</summary>
    private void FinishCommit()
    {
        if (File.Exists(At(Commit)))
        {
            foreach (var file in File.ReadAllLines(At(Commit)).Where(name => Files.Contains(name)))
            {
                if (File.Exists(At(file + Aside))) Disk.Rename(At(file + Aside), At(file));
            }

            Disk.SyncFolder(FullPath);
            File.Delete(At(Commit));
            Disk.SyncFolder(FullPath);
        }

        foreach (var file in Files.Append(Commit)) File.Delete(At(file + Aside));
    }

    private static Action<Stream> Empty(string file) => stream =>
    {
        if (file == Tables.Customers.File) WriteTable.To(stream, Tables.Customers, []);
        else if (file == Tables.Onboarding.File) WriteTable.To(stream, Tables.Onboarding, []);
        else WriteTable.To(stream, Tables.Engagement, []);
    };

    private string At(string name) => Path.Combine(FullPath, name);
}
