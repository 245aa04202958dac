using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CustomerSuccess.Platform.Embedded;

/// <summary>
/// This process's hold on the shared server: the writing end of a named pipe whose reader stops the server when the last
/// writer is gone. The kernel closes it when the process dies, however it dies.
/// </summary>
public sealed class AlivePipe : IDisposable
{
    private const int WriteOnly = 0x1, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int NoSuchFile = 2, NoReader = 6;
    private const short PollError = 0x8;

    private readonly SafeFileHandle handle;

    private AlivePipe(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Hold the server; null when nobody reads the pipe: it does not run, or is going down.</summary>
    public static AlivePipe? TryOpen(string path)
    {
        var opened = Open(path, WriteOnly | NonBlocking | CloseOnExec, 0);
        if (opened >= 0) return new AlivePipe(new SafeFileHandle(opened, ownsHandle: true));

        var error = Marshal.GetLastPInvokeError();
        if (error is NoReader or NoSuchFile) return null;
        throw new Trouble($"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}.",
            "Run as the user who made the data folder (root may always), or choose another with CS_DATA.");
    }

    /// <summary>The reader is gone: the server stops or has stopped.</summary>
    public bool Broken
    {
        get
        {
            if (handle.IsClosed) return true;
            var asked = new PollRequest { Descriptor = (int)handle.DangerousGetHandle() };
            return Poll(ref asked, 1, 0) > 0 && (asked.Answer & PollError) != 0;
        }
    }

    public void Dispose() => handle.Dispose();

    /// <summary>Ask a process to stop as Ctrl-C does; for PostgreSQL that is a fast, clean shutdown.</summary>
    internal static void Interrupt(int pid) => _ = Kill(pid, 2);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Answer;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref PollRequest requests, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
