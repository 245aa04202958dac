namespace CustomerSuccess.Platform;

/// <summary>
/// Something a person can put right: what is wrong in one sentence, and what to do about it. The command line prints both
/// and exits with 1; nothing else is thrown on purpose.
/// </summary>
public sealed class Trouble : Exception
{
    public Trouble(string what, string fix, Exception? cause = null)
        : base(what, cause) => Fix = fix;

    public string Fix { get; }

    /// <summary>Both sentences as a person reads them.</summary>
    public string Text => $"{Message}{Environment.NewLine}  Fix: {Fix}";
}
