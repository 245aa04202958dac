using System.Diagnostics;
using System.Globalization;

namespace CustomerSuccess.Platform.Embedded;

/// <summary>Starting the server of a folder, under the start lock; and saying why it did not start.</summary>
internal static class Launch
{
    private static readonly string Script = ReadScript();

    private static readonly string[] Needed = ["PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH"];

    /// <summary>Start it and hold it; whether it comes up is seen by connecting.</summary>
    public static async Task<AlivePipe> Server(DataFolder folder, IReadOnlyList<string> options, Action<string> say, CancellationToken ct)
    {
        await PredecessorGone(folder, ct);
        var binaries = Binaries.Find(folder.MadeBy, folder.Data);
        if (folder.MadeBy is null) await MakeData(folder, binaries, say, ct);

        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", Script, "customer-success-database", folder.Path, binaries.Program("postgres"),
            .. ServerOptions.For(folder, memory, options)])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.RunAs is null ? folder.Path : "/",
        };
        As(folder.RunAs, start);
        using var script = Process.Start(start)!;
        if (await script.StandardOutput.ReadLineAsync(ct) != "ready")
        {
            throw Explain(folder, await script.StandardError.ReadToEndAsync(ct));
        }

        var hold = AlivePipe.TryOpen(folder.Pipe) ?? throw Explain(folder, "the script that keeps the server went away");
        await script.StandardInput.WriteAsync("go\n");
        script.StandardInput.Close();
        return hold;
    }

    /// <summary>What the server complained of last: in server.err until its log is open, then there.</summary>
    public static string LastWords(DataFolder folder)
    {
        var logs = new DirectoryInfo(Path.Combine(folder.Path, "log"));
        var log = logs.Exists ? logs.EnumerateFiles("*.log").MaxBy(file => file.LastWriteTimeUtc) : null;
        var err = new FileInfo(Path.Combine(folder.Path, "server.err"));
        var lines = new[] { log, err }
            .Where(file => file is { Exists: true } && TimeProvider.System.Now() - file.LastWriteTimeUtc < TimeSpan.FromMinutes(1))
            .SelectMany(file => File.ReadLines(file!.FullName).TakeLast(20))
            .Where(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("PANIC", StringComparison.Ordinal));
        return string.Join(Environment.NewLine, lines.TakeLast(3));
    }

    /// <summary>True for reasons that go away by themselves within seconds of a crash.</summary>
    public static bool Passing(string reason) =>
        reason.Length == 0
        || reason.Contains("pre-existing shared memory", StringComparison.Ordinal)
        || reason.Contains("lock file \"postmaster.pid\" already exists", StringComparison.Ordinal)
        || reason.Contains("is already in use", StringComparison.Ordinal)
        || reason.Contains("starting up", StringComparison.Ordinal)
        || reason.Contains("shutting down", StringComparison.Ordinal);

    /// <summary>The same in words that name the fix.</summary>
    public static Trouble Explain(DataFolder folder, string reason)
    {
        var log = $"Its log is in {Path.Combine(folder.Path, "log")}.";
        bool Says(string part) => reason.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Says("No space left")) return new($"The disk that holds {folder.Path} is full.", "Free some space, or choose a folder on another disk with CS_DATA.");
        if (Says("could not look up effective user"))
            return new("This user id has no entry in /etc/passwd, and PostgreSQL refuses to run as such a user.", "Add the entry, start as another user, or name a server with CS_DATABASE.");
        if (Says("Permission denied"))
            return new($"PostgreSQL may not use {folder.Path}: {reason}", "Run as the user who made the folder, or choose another with CS_DATA.");
        if (Says("could not create shared memory") || Says("Cannot allocate memory"))
            return new("There is too little memory to start PostgreSQL.", "Free some memory, or name a server on another machine with CS_DATABASE.");
        return new($"The private PostgreSQL does not start. {(reason.Length > 0 ? reason : "It gave no reason.")}", log);
    }

    private static async Task PredecessorGone(DataFolder folder, CancellationToken ct)
    {
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var nextAsk = TimeSpan.Zero;
        while (Holder(folder) is { } holder)
        {
            if (!holder.Ours)
            {
                throw new Trouble($"Another PostgreSQL (process {holder.Pid}) runs on {folder.Data}.",
                    $"Stop it (pg_ctl -D {folder.Data} stop), or use it: CS_DATABASE='Host=…;Database=…;Username=…'.");
            }

            var waited = clock.GetElapsedTime(began);
            if (waited > TimeSpan.FromSeconds(60)) throw new Trouble($"The former PostgreSQL (process {holder.Pid}) does not stop.", $"kill -QUIT {holder.Pid}");
            if (waited >= nextAsk)
            {
                // Its script asks too, unless it was killed; being asked twice does no harm.
                AlivePipe.Interrupt(holder.Pid);
                nextAsk = waited + TimeSpan.FromSeconds(1);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), ct);
        }
    }

    // The process named in postmaster.pid, if it lives and is a postgres; Ours: started by us, on our socket folder.
    private static (int Pid, bool Ours)? Holder(DataFolder folder)
    {
        try
        {
            var first = File.ReadLines(Path.Combine(folder.Data, "postmaster.pid")).FirstOrDefault();
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return null;
            var command = File.ReadAllText($"/proc/{pid}/cmdline");
            if (!command.Split('\0')[0].EndsWith("postgres", StringComparison.Ordinal)) return null;
            return (pid, command.Contains($"unix_socket_directories={folder.SocketFolder}\0", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task MakeData(DataFolder folder, Binaries binaries, Action<string> say, CancellationToken ct)
    {
        say($"Making a private PostgreSQL {binaries.Version} in {folder.Path}");
        // Made aside and renamed: a start that is interrupted here leaves nothing half-made behind.
        var aside = Path.Combine(folder.Path, "db.new");
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        var start = new ProcessStartInfo(binaries.Program("initdb"),
            ["-D", aside, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.RunAs is null ? folder.Path : "/",
        };
        As(folder.RunAs, start);
        using var initdb = Process.Start(start)!;
        var chatter = initdb.StandardOutput.ReadToEndAsync(ct);
        var said = await initdb.StandardError.ReadToEndAsync(ct);
        await chatter;
        await initdb.WaitForExitAsync(ct);
        if (initdb.ExitCode != 0) throw Explain(folder, said.Trim());
        Directory.Move(aside, folder.Data);
    }

    // The server needs none of our settings, and must not hold our secrets: its user, and whoever runs programs through it, reads them.
    private static void As(string? user, ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(name => !Needed.Contains(name)).ToList()) start.Environment.Remove(name);
        if (user is null) return;
        start.UserName = user;
        start.Environment["HOME"] = "/";
    }

    private static string ReadScript()
    {
        using var stream = typeof(Launch).Assembly.GetManifestResourceStream("Platform/Embedded/server.sh")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
