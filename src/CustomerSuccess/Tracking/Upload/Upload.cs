using CustomerSuccess.Tracking.Import;

namespace CustomerSuccess.Tracking.Upload;

/// <summary>Where an upload stands: read through, shown to the person, being imported, over.</summary>
public enum UploadState
{
    Checking,
    Checked,
    Importing,
    Imported,
    Failed,
}

/// <summary>Files somebody handed in, what an import of them would do, and how far it is.</summary>
public sealed class Upload(string id, string owner, string folder, DateTime at)
{
    private readonly Lock gate = new();
    private long done;
    private long all;

    public string Id => id;

    /// <summary>Who may see and import it.</summary>
    public string Owner => owner;

    public string Folder => folder;

    public DateTime At => at;

    public UploadState State { get; set; } = UploadState.Checking;

    /// <summary>From checked to importing; true for one caller only.</summary>
    public bool Begin()
    {
        lock (gate)
        {
            if (State != UploadState.Checked) return false;
            State = UploadState.Importing;
            return true;
        }
    }

    /// <summary>What would happen, or what happened.</summary>
    public ImportReport? Report { get; set; }

    public string? Failure { get; set; }

    public (long Done, long All) Progress
    {
        get => (Interlocked.Read(ref done), Interlocked.Read(ref all));
        set => (_, _) = (Interlocked.Exchange(ref done, value.Done), Interlocked.Exchange(ref all, value.All));
    }
}
