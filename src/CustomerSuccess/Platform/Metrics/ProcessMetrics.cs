using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;

namespace CustomerSuccess.Platform.Metrics;

/// <summary>The process as every Prometheus client names it, read when somebody looks.</summary>
public static class ProcessMetrics
{
    private static readonly Metric Cpu = Metric.Counter("process_cpu_seconds", "Processor time the process has taken, user and system");
    private static readonly Metric Resident = Metric.Gauge("process_resident_memory_bytes", "Memory of the process that is in RAM");
    private static readonly Metric Virtual = Metric.Gauge("process_virtual_memory_bytes", "Address space of the process");
    private static readonly Metric Started = Metric.Gauge("process_start_time_seconds", "When the process started, as seconds since 1970");
    private static readonly Metric Open = Metric.Gauge("process_open_fds", "Open file descriptors, sockets included");
    private static readonly Metric MostOpen = Metric.Gauge("process_max_fds", "The most file descriptors the process may open");
    private static readonly Metric Threads = Metric.Gauge("process_threads", "Threads of the process");
    private static readonly Metric Heap = Metric.Gauge("dotnet_gc_heap_size_bytes", "Managed memory after the last collection");
    private static readonly Metric Collections = Metric.Counter("dotnet_gc_collections", "Garbage collections, an older generation's not counted again as a younger one's", Label.Of("generation", "gen0", "gen1", "gen2"));
    private static readonly Metric Paused = Metric.Counter("dotnet_gc_pause_seconds", "Time for which the garbage collector stopped all threads");
    private static readonly Metric Allocated = Metric.Counter("dotnet_allocated_bytes", "Managed memory that was allocated since the start");
    private static readonly Metric Pool = Metric.Gauge("dotnet_threadpool_threads", "Threads of the thread pool");
    private static readonly Metric Queued = Metric.Gauge("dotnet_threadpool_queue_length", "Work that waits for a thread of the pool");
    private static readonly Metric Build = Metric.Gauge("cs_build_info", "Always 1; its labels say which build this is", new("version") { Most = 1, Says = "of the product" }, new("runtime") { Most = 1, Says = ".NET's version" });

    public static IReadOnlyList<Metric> All { get; } =
        [Build, Cpu, Resident, Virtual, Started, Open, MostOpen, Threads, Heap, Collections, Paused, Allocated, Pool, Queued];

    /// <summary>The product's version, as built.</summary>
    public static string Version { get; } =
        typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static void Watch(Instruments instruments)
    {
        var began = Began();
        instruments.Watch(Build, () => [new(1, new("version", Version), new KeyValuePair<string, object?>("runtime", Environment.Version.ToString()))]);
        instruments.Watch(Cpu, () => Environment.CpuUsage.TotalTime.TotalSeconds);
        instruments.Watch(Resident, () => Environment.WorkingSet);
        instruments.Watch(Virtual, () => Statm());
        instruments.Watch(Started, () => began);
        instruments.Watch(Open, () => Directory.Exists("/proc/self/fd") ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : null);
        instruments.Watch(MostOpen, () => Word("/proc/self/limits", "Max open files", 3));
        instruments.Watch(Threads, () => Word("/proc/self/status", "Threads:", 1));
        instruments.Watch(Heap, () => GC.GetGCMemoryInfo().HeapSizeBytes is > 0 and var size ? size : GC.GetTotalMemory(false));
        instruments.Watch(Collections, Generations);
        instruments.Watch(Paused, () => GC.GetTotalPauseDuration().TotalSeconds);
        instruments.Watch(Allocated, () => GC.GetTotalAllocatedBytes());
        instruments.Watch(Pool, () => ThreadPool.ThreadCount);
        instruments.Watch(Queued, () => ThreadPool.PendingWorkItemCount);
    }

    private static IEnumerable<Measurement<double>> Generations()
    {
        for (var generation = 0; generation <= 2; generation++)
        {
            var older = generation == 2 ? 0 : GC.CollectionCount(generation + 1);
            yield return new(GC.CollectionCount(generation) - older, new KeyValuePair<string, object?>("generation", generation switch { 0 => "gen0", 1 => "gen1", _ => "gen2" }));
        }
    }

    private static double Began()
    {
        using var self = Process.GetCurrentProcess();
        return Math.Round((self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds, 2);
    }

    private static double? Statm() =>
        double.TryParse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture, out var pages) ? pages * Environment.SystemPageSize : null;

    // The nth word of the line that begins so.
    private static double? Word(string file, string line, int n)
    {
        var found = File.ReadLines(file).FirstOrDefault(each => each.StartsWith(line, StringComparison.Ordinal))?.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return found?.Length > n && double.TryParse(found[n], CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
