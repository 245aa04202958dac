using System.Diagnostics;
using System.Globalization;

namespace CustomerSuccess.Bench;

/// <summary>Processor time from /proc, in seconds: unlike the clock on the wall it hardly changes when others use the machine.</summary>
internal static class Cpu
{
    private const double Tick = 100;

    public static double Self => Environment.CpuUsage.TotalTime.TotalSeconds;

    public static double Of(int pid) => Read(pid) is { } stat ? stat.Own : 0;

    /// <summary>A PostgreSQL server with all its backends, the ended ones too.</summary>
    public static double OfServer(int postmaster) =>
        (Read(postmaster) is { } main ? main.Own + main.Children : 0)
        + Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture))).Where(stat => stat?.Parent == postmaster).Sum(stat => stat!.Value.Own);

    /// <summary>A process and its children.</summary>
    public static IEnumerable<int> Family(int parent) =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(pid => Read(pid)?.Parent == parent).Prepend(parent);

    private static (int Parent, double Own, double Children)? Read(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            double Seconds(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture) / Tick;
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), Seconds(11) + Seconds(12), Seconds(13) + Seconds(14));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
