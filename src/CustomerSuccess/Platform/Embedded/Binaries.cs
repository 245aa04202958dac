using System.Diagnostics;
using System.Globalization;

namespace CustomerSuccess.Platform.Embedded;

/// <summary>An installed PostgreSQL: the folder of its programs and its major version.</summary>
public sealed record Binaries(string Folder, int Version)
{
    public const int Oldest = 15, Newest = 18;

    /// <summary>The exact commands that install what is missing, without the cluster that Debian would otherwise start.</summary>
    public const string InstallCommand =
        "sudo mkdir -p /etc/postgresql-common/createcluster.d && "
        + "echo 'create_main_cluster = false' | sudo tee /etc/postgresql-common/createcluster.d/customer-success.conf && "
        + "sudo apt-get update && sudo apt-get install -y --no-install-recommends postgresql";

    public string Program(string name) => Path.Combine(Folder, name);

    /// <summary>The programs to use: those of the version that made the data, or the best there are for new data.</summary>
    public static Binaries Find(int? madeBy, string data) => Find(madeBy, data, Installed());

    internal static Binaries Find(int? madeBy, string data, IEnumerable<Binaries> installed)
    {
        if (madeBy is < Oldest or > Newest)
        {
            throw new Trouble($"The data in {data} were made by PostgreSQL {madeBy}; versions {Oldest} to {Newest} are supported.",
                "Move them with pg_upgrade, or choose another folder with CS_DATA.");
        }

        var seen = new List<Binaries>();
        foreach (var found in installed)
        {
            if (madeBy is null ? found.Version is >= Oldest and <= Newest : found.Version == madeBy) return found;
            seen.Add(found);
        }

        if (seen.Count == 0)
        {
            throw new Trouble("PostgreSQL is not installed (looked at pg_config, /usr/lib/postgresql and PATH).",
                $"{InstallCommand}{Environment.NewLine}  or name a server: CS_DATABASE='Host=…;Database=…;Username=…;Password=…'");
        }

        var versions = string.Join(", ", seen.Select(each => each.Version).Distinct().Order());
        throw madeBy is null
            ? new Trouble($"Only PostgreSQL {versions} is installed; versions {Oldest} to {Newest} are supported.", InstallCommand)
            : new Trouble($"The data in {data} were made by PostgreSQL {madeBy}, but only {versions} is installed.",
                $"sudo apt-get install -y postgresql-{madeBy}, or move the data with pg_upgrade, or choose another folder with CS_DATA.");
    }

    /// <summary>What is installed, looked up lazily because asking a program for its version costs time at every start.</summary>
    private static IEnumerable<Binaries> Installed()
    {
        if (OnPath("pg_config") is { } config && Of(Ask(config, "--bindir")) is { } configured) yield return configured;

        if (Directory.Exists(Debian))
        {
            var versions = Directory.EnumerateDirectories(Debian).Select(folder => Of(Path.Combine(folder, "bin")))
                .OfType<Binaries>().OrderByDescending(each => each.Version);
            foreach (var each in versions) yield return each;
        }

        if (OnPath("postgres") is { } program && Of(Path.GetDirectoryName(Resolve(program))!) is { } onPath) yield return onPath;
    }

    private const string Debian = "/usr/lib/postgresql";

    private static Binaries? Of(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "postgres")) || !File.Exists(Path.Combine(folder, "initdb"))) return null;
        var name = folder.StartsWith(Debian, StringComparison.Ordinal)
            ? Path.GetFileName(Path.GetDirectoryName(folder))!
            : Ask(Path.Combine(folder, "postgres"), "--version").Split(' ').ElementAtOrDefault(2) ?? "";
        return int.TryParse(name.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? new(folder, major) : null;
    }

    private static string Resolve(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string Ask(string program, string question)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [question]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
