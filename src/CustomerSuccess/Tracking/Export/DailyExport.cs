using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Npgsql;

namespace CustomerSuccess.Tracking.Export;

/// <summary>A day's export in the operator's folder, of which the last N are kept. There is none unless CS_EXPORT_DIR is set.</summary>
public static class DailyExport
{
    public static IEnumerable<Job> Jobs(IServiceProvider all)
    {
        var settings = ExportSettings.Read(all.GetRequiredService<IConfiguration>());
        if (settings.Folder.Length == 0) yield break;
        yield return new Job("daily-export", Job.Daily(settings.Time), (now, ct) =>
            Run(all.GetRequiredService<NpgsqlDataSource>(), all.GetRequiredService<AuditLog>(), settings, now.Day(), ct));
    }

    /// <summary>Write the archive of the day, then remove the oldest beyond those to keep; other files in the folder are left alone.</summary>
    public static async Task<string> Run(NpgsqlDataSource db, AuditLog audit, ExportSettings settings, DateOnly day, CancellationToken ct)
    {
        Directory.CreateDirectory(settings.Folder);
        var file = Path.Combine(settings.Folder, MetricsZip.Name(settings.Prefix, day));
        await audit.Write(db, "system", "data.exported", "", new { as_of = day.Iso() }, ct);
        await WholeFile.Write(file, (stream, stop) => ExportData.WriteZip(db, stream, day, known: false, stop), ct);
        var old = Directory.EnumerateFiles(settings.Folder, settings.Prefix + "_*.zip")
            .Where(path => IsDay(Path.GetFileNameWithoutExtension(path)[(settings.Prefix.Length + 1)..]))
            .OrderDescending(StringComparer.Ordinal).Skip(settings.Keep).ToList();
        old.ForEach(File.Delete);
        return $"{file} written, {old.Count} older removed";
    }

    private static bool IsDay(string text) => Days.TryParse(text, out _);
}
