using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;
using CustomerSuccess.Platform;
using Dapper;
using static CustomerSuccess.Tests.Funnel.FunnelQueryTests;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>The file that the log in memory is put aside in is believed only as long as it tells the same as the log.</summary>
public sealed class KeptLogTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"cs-kept-{Guid.NewGuid():N}");

    public void Dispose()
    {
        foreach (var each in new[] { file, file + ".new" }) File.Delete(each);
    }

    [Fact]
    public async Task After_a_restart_only_what_came_since_is_read_and_the_answer_is_that_of_the_log()
    {
        await using var house = await Filled();
        await Asked(house);
        await house.Write(Visit("v1", "signup", house.Clock.Now().AddSeconds(-1)), Visit("new", "page_view", house.Clock.Now()));
        var (log, fromFile) = await Read(house);
        fromFile.ShouldBeTrue();
        log.ShouldBe(await Whole(house));
        log.ShouldContain("new: page_view");
    }

    [Fact]
    public async Task A_change_to_the_past_a_torn_file_and_another_database_have_the_log_read_again()
    {
        await using var house = await Filled();
        await Asked(house);
        await house.Write(Visit("v2", "signup", house.Clock.Now().AddDays(-3)) with { History = true, ReceivedAt = house.Clock.Now().AddDays(-3) });
        await ReadsTheLog(house, "an import");

        await Torn(bytes => bytes[^100] ^= 1);
        await ReadsTheLog(house, "a wrong bit");
        await Torn(bytes => bytes[0] ^= 64);
        await ReadsTheLog(house, "a wrong length");
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..^50]);
        await ReadsTheLog(house, "half a file");
        await File.WriteAllTextAsync(file, "");
        await ReadsTheLog(house, "an empty file");

        await using (var connection = await house.Db.OpenConnectionAsync()) await connection.ExecuteAsync("delete from events where visitor_id = 'v3'");
        await ReadsTheLog(house, "rows that are gone, as in a database of yesterday");
        await using (var connection = await house.Db.OpenConnectionAsync()) await connection.ExecuteAsync("vacuum full events");
        await ReadsTheLog(house, "a table written anew");
    }

    [Fact]
    public async Task Where_the_file_cannot_be_written_the_log_is_read()
    {
        await using var house = await Filled();
        var log = new LogInMemory(house.Db, house.Clock, Reading.Everything, 1_000_000, new KeptLog("/proc/no/such/folder/log", house.Db, Reading.Everything) { Fewest = 1 });
        (await log.Now(default)).Counts.Sum().ShouldBe(60);
        await log.Filed;
    }

    private static async Task<House> Filled()
    {
        var house = await House.Open();
        var now = house.Clock.Now();
        await house.Write([.. Enumerable.Range(0, 60).Select(n => Visit($"v{n % 20}", n % 3 == 0 ? "page_view" : "docs_search", now.AddMinutes(-n)))]);
        // What was received a moment ago is always read from the log.
        house.Clock.Set(new(now.AddMinutes(10)));
        return house;
    }

    private async Task Torn(Action<byte[]> tear)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        tear(bytes);
        await File.WriteAllBytesAsync(file, bytes);
    }

    private async Task ReadsTheLog(House house, string because)
    {
        var (log, fromFile) = await Read(house);
        fromFile.ShouldBeFalse(because);
        log.ShouldBe(await Whole(house), because);
        (await Read(house)).FromFile.ShouldBeTrue("and the new file is a good one");
    }

    // Ask, so that there is a file.
    private async Task Asked(House house) => (await Read(house)).FromFile.ShouldBeFalse();

    private async Task<(List<string> Log, bool FromFile)> Read(House house)
    {
        var log = new LogInMemory(house.Db, house.Clock, Reading.Everything, 1_000_000, new KeptLog(file, house.Db, Reading.Everything) { Fewest = 1 });
        var track = await log.Now(default);
        await log.Filed;
        return (await Told(house, track), log.Progress.Share == 0);
    }

    private static async Task<List<string>> Whole(House house) => await Told(house, await new LogInMemory(house.Db, house.Clock, Reading.Everything, 1_000_000).Now(default));

    // Everyone with what they did, in order.
    private static async Task<List<string>> Told(House house, Track track)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        var names = (await connection.QueryAsync<(long, string)>("select distinct hashtextextended(subject, 0), visitor_id from events where visitor_id is not null")).ToDictionary(each => (ulong)each.Item1, each => each.Item2);
        var all = track.Walk(() => new List<string>(), (told, in unit, events) => told.Add(Line(names[unit.Key], events, track.Labels)), default).SelectMany(each => each).Order(StringComparer.Ordinal).ToList();
        return [.. all, $"{track.Bots} bots, {track.Counts.Sum()} events"];
    }

    private static string Line(string name, ReadOnlySpan<ulong> events, IReadOnlyList<string> labels)
    {
        var types = new List<string>();
        foreach (var packed in events) types.Add($"{labels[Packed.Tag(packed)]} {Packed.Time(packed)}");
        return types.Count == 1 ? $"{name}: {labels[Packed.Tag(events[0])]}" : $"{name}: {string.Join(", ", types)}";
    }
}
