using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Platform.Embedded;

/// <summary>
/// Where the private server keeps everything, in one folder only its user can enter: <c>db</c> (the data), <c>log</c>, the
/// socket and the pipe. Usually CS_DATA/postgres; a link to /var/lib where root works in a folder the server's user cannot enter.
/// </summary>
public sealed record DataFolder(string Path, string SocketFolder, string? RunAs)
{
    /// <summary>What a socket's whole path may have in bytes, less "/.s.PGSQL.5432".</summary>
    public const int LongestSocketFolder = 107 - 14;

    private static readonly string[] Ours = ["db", "db.new", "log", "alive", "server.err", "from"];

    public string Data => System.IO.Path.Combine(Path, "db");

    public string Pipe => System.IO.Path.Combine(Path, "alive");

    /// <summary>The version that made the data; null before the first start.</summary>
    public int? MadeBy
    {
        get
        {
            var file = System.IO.Path.Combine(Data, "PG_VERSION");
            return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim().Split('.')[0], CultureInfo.InvariantCulture) : null;
        }
    }

    /// <summary>Make the folder, or check that the one that is there is ours and usable.</summary>
    public static DataFolder Prepare(string root)
    {
        var runAs = Environment.IsPrivilegedProcess ? "postgres" : null;
        var link = System.IO.Path.Combine(root, "postgres");
        try
        {
            Directory.CreateDirectory(root);
            if (new DirectoryInfo(link).LinkTarget is { } gone && !Directory.Exists(link))
            {
                throw new Trouble($"The data are gone: {link} leads to {gone}, which does not exist.", $"Put them back, or begin anew: rm {link}");
            }

            var path = Directory.Exists(link) ? Real(link) : Place(root, link, runAs);
            MakePrivate(path, runAs);
            if (Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName)
                    .FirstOrDefault(name => !Ours.Contains(name) && !name!.StartsWith(".s.PGSQL", StringComparison.Ordinal)) is { } foreign)
            {
                throw new Trouble($"{path} is not a folder of ours: it holds '{foreign}'.", "Choose another folder with CS_DATA, or move that away.");
            }

            return new DataFolder(path, SocketFolderFor(path, runAs), runAs);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw Unusable(root, error);
        }
    }

    internal static Trouble Unusable(string folder, Exception error) =>
        error.Message.Contains("No space left", StringComparison.Ordinal)
            ? new Trouble($"The disk that holds {folder} is full.", "Free some space, or choose a folder on another disk with CS_DATA.", error)
            : new Trouble($"The data folder {folder} cannot be used: {error.Message}",
                "Run as the user who made it, give this user the right to write there, or choose another folder with CS_DATA.", error);

    private static string Place(string root, string link, string? runAs)
    {
        if (runAs is null || EnterableByOthers(Real(root))) return link;

        // Removing CS_DATA removes the link, and with it the claim to the data: what is there without a link is not ours any more.
        for (var number = 1; ; number++)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{root}#{number}")))[..12];
            var path = System.IO.Path.Combine("/var/lib/customer-success", hash);
            if (Directory.Exists(path)) continue;
            MakePrivate(path, runAs);
            File.WriteAllText(System.IO.Path.Combine(path, "from"), root + "\n");
            File.CreateSymbolicLink(link, path);
            return path;
        }
    }

    private static string Real(string path) => new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;

    private static bool EnterableByOthers(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (!folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        }

        return true;
    }

    private static void MakePrivate(string path, string? owner)
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (Directory.Exists(path)) return;
        if (owner is null)
        {
            Directory.CreateDirectory(path, mode);
            return;
        }

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using var install = Process.Start(new ProcessStartInfo("install", ["-d", "-m", "0700", "-o", owner, "-g", owner, path]) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = install.StandardError.ReadToEnd().Trim();
        install.WaitForExit();
        if (install.ExitCode == 0) return;
        throw said.Contains("invalid user", StringComparison.Ordinal)
            ? new Trouble($"PostgreSQL does not run as root, and there is no user '{owner}' to run it as.",
                $"sudo useradd --system {owner}, or start as another user than root, or name a server with CS_DATABASE.")
            : new IOException(said);
    }

    private static string SocketFolderFor(string path, string? owner)
    {
        if (Encoding.UTF8.GetByteCount(path) <= LongestSocketFolder) return path;

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
        var folder = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cs-{Environment.UserName}-{hash}");
        if (Encoding.UTF8.GetByteCount(folder) > LongestSocketFolder)
        {
            throw new Trouble($"The path of the server's socket would be longer than 107 bytes, in {path} as well as in {folder}.",
                "Choose a data folder with a shorter path with CS_DATA.");
        }

        // Anyone may make folders in /tmp: one that is not private is not ours, and the server would refuse one it cannot write.
        MakePrivate(folder, owner);
        if (new DirectoryInfo(folder).UnixFileMode != (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute))
        {
            throw new Trouble($"{folder} is open to other users, so the server's socket cannot be there.", $"rm -r {folder}");
        }

        return folder;
    }
}
