using CustomerSuccess.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerSuccess.Tests.Tracking;

public sealed class DailyExportTests
{
    [Fact]
    public async Task A_daily_export_is_made_once_a_day_and_the_last_ones_are_kept()
    {
        var folder = Directory.CreateTempSubdirectory("cs-exports-").FullName;
        foreach (var name in new[] { "rsolv_metrics_2025-05-01.zip", "rsolv_metrics_2025-05-03.zip", "rsolv_metrics_2025-05-04.zip", "rsolv_metrics_notes.zip", "other.txt" })
            await File.WriteAllTextAsync(Path.Combine(folder, name), "");
        await using var house = await House.Open(null, ("CS_EXPORT_DIR", folder), ("CS_EXPORT_KEEP", "2"), ("CS_EXPORT_TIME", "11:00"));
        await Wait.Until(() => File.Exists(Path.Combine(folder, "rsolv_metrics_2025-05-05.zip")) && !File.Exists(Path.Combine(folder, "rsolv_metrics_2025-05-01.zip")), "today's export, and the oldest gone");

        Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["other.txt", "rsolv_metrics_2025-05-04.zip", "rsolv_metrics_2025-05-05.zip", "rsolv_metrics_notes.zip"]);
        (File.GetUnixFileMode(Path.Combine(folder, "rsolv_metrics_2025-05-05.zip")) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)).ShouldBe(UnixFileMode.None);

        // Another look on the same day, also by another process, finds it claimed.
        var jobs = house.Services.GetServices<IHostedService>().OfType<RunJobs>().Single();
        (await jobs.Once(default)).ShouldNotContain("daily-export");
        house.Clock.Set(new DateTimeOffset(2025, 5, 6, 10, 59, 0, TimeSpan.Zero));
        (await jobs.Once(default)).ShouldNotContain("daily-export", "it is not 11:00 yet");
        house.Clock.Set(new DateTimeOffset(2025, 5, 6, 11, 0, 0, TimeSpan.Zero));
        await jobs.Once(default);
        await Wait.Until(() => File.Exists(Path.Combine(folder, "rsolv_metrics_2025-05-06.zip")), "tomorrow's export");

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_job_runs_once_however_many_processes_look_and_a_failure_is_tried_again()
    {
        await using var database = await TestDatabase.Clone();
        var (runs, fails) = (0, true);
        var job = new Job("count", Job.Daily(new TimeOnly(0, 0)), (_, _) =>
        {
            Interlocked.Increment(ref runs);
            return fails ? throw new IOException("no room") : Task.FromResult("done");
        });
        RunJobs[] processes = [.. Enumerable.Range(0, 4).Select(_ => new RunJobs(database.Source, [job], TimeProvider.System, NullLogger<RunJobs>.Instance))];
        await Task.WhenAll(processes.Select(process => process.Once(default)));
        runs.ShouldBe(1);
        fails = false;
        await using var age = database.Source.CreateCommand("update job_runs set started_at = started_at - interval '11 minutes'");
        await age.ExecuteNonQueryAsync();
        await Task.WhenAll(processes.Select(process => process.Once(default)));
        await age.ExecuteNonQueryAsync();
        await Task.WhenAll(processes.Select(process => process.Once(default)));
        runs.ShouldBe(2);
    }
}
