using System.Globalization;

namespace CustomerSuccess.Platform.Embedded;

/// <summary>How the private server is set up: memory by the machine's size, nothing traded against durability.</summary>
public static class ServerOptions
{
    /// <summary>Command line options of postgres. Memory is that of the machine or container, in bytes.</summary>
    public static IReadOnlyList<string> For(DataFolder folder, long memory, IReadOnlyList<string> extra)
    {
        var mega = memory / (1024 * 1024);
        var options = new List<string> { "-D", folder.Data };
        foreach (var setting in (string[])
        [
            "listen_addresses=",
            $"unix_socket_directories={folder.SocketFolder}",
            "unix_socket_permissions=0700",
            "max_connections=100",
            string.Create(CultureInfo.InvariantCulture, $"shared_buffers={Math.Clamp(mega / 4, 32, 256)}MB"),
            string.Create(CultureInfo.InvariantCulture, $"effective_cache_size={Math.Max(mega / 2, 64)}MB"),
            "work_mem=16MB",
            "maintenance_work_mem=128MB",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "wal_compression=on",
            "max_wal_size=2GB",
            "checkpoint_timeout=15min",
            "random_page_cost=1.1",
            "jit=off",
            "timezone=UTC",
            "log_timezone=UTC",
            // A file per weekday, each begun anew a week later.
            "logging_collector=on",
            $"log_directory={System.IO.Path.Combine(folder.Path, "log")}",
            "log_filename=postgres-%a.log",
            "log_truncate_on_rotation=on",
            "log_rotation_age=1d",
            "log_rotation_size=0",
            "log_line_prefix=%m [%p] ",
            "log_min_duration_statement=2s",
            "log_lock_waits=on",
            // Values are people's names and addresses; they stay out of the log.
            "log_parameter_max_length=0",
            "log_error_verbosity=terse",
            .. extra,
        ])
        {
            options.Add("-c");
            options.Add(setting);
        }

        return options;
    }
}
