using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CustomerSuccess.Tests.Events;

/// <summary>What waits while the database is slow has an end: in calls, and in size.</summary>
public sealed class IngestTests : IAsyncDisposable
{
    private readonly NpgsqlDataSource nowhere = NpgsqlDataSource.Create("Host=nowhere.invalid");
    private readonly Ingest ingest;

    // Its writer is never started: nothing that waits is taken.
    public IngestTests() => ingest = new Ingest(
        nowhere, new EventLog(Rooms.Projections), new Signals(nowhere, NullLogger<Signals>.Instance), new TestClock(DateTimeOffset.UnixEpoch), NullLogger<Ingest>.Instance);

    public ValueTask DisposeAsync() => nowhere.DisposeAsync();

    [Fact]
    public async Task A_door_with_many_waiting_says_so_before_it_refuses()
    {
        ingest.Busy.ShouldBeNull();
        for (var n = 0; n < 2_501; n++) _ = Send("{}");
        ingest.Busy.ShouldBe("2501 calls wait for the database");
        for (var n = 2_501; n < 5_000; n++) _ = Send("{}");
        (await Should.ThrowAsync<IngestUnavailable>(() => Send("{}"))).Message.ShouldContain("waiting");
    }

    [Fact]
    public async Task A_few_calls_that_carry_much_are_many()
    {
        var much = new string('x', 4 * 1024 * 1024);
        for (var n = 0; n < 17; n++) _ = Send(much);
        ingest.Busy.ShouldBe("17 calls wait for the database");
        await Should.ThrowAsync<IngestUnavailable>(() => Send("{}"));
    }

    private Task Send(string properties) =>
        ingest.Accept([Story.Event("acme", "api_call", Story.Start) with { Properties = properties }], CancellationToken.None);
}
