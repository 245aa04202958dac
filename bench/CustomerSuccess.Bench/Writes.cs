using System.Diagnostics;
using System.Text.Json;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>What one commit of the log costs by its size: EventLog.Write alone, on one connection, without HTTP. For profiling.</summary>
internal static class Writes
{
    public static async Task<int> Run(Options options)
    {
        await using var product = await Product.Open(options);
        var customers = await product.Customers(500);
        await using var db = Database.Pool(product.ConnectionString, patient: false);
        await using var connection = await db.OpenConnectionAsync();
        await Events.Ingest.Prepare(connection, default);
        // What one fold costs: the same without those that name a table.
        var without = options.Text("without", "");
        var log = new Events.EventLog(without.Length == 0 ? Rooms.Projections
            : Rooms.Projections with { Folds = [.. Rooms.Projections.Folds.Where(fold => !fold.Sql.Contains(without, StringComparison.Ordinal))] });
        if (options.Has("explain"))
        {
            await using var explain = new NpgsqlCommand("load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set auto_explain.log_buffers = on; set auto_explain.log_nested_statements = on", connection);
            await explain.ExecuteNonQueryAsync();
        }

        var traffic = Traffic.Of($"w{Environment.ProcessId}", options, customers);
        var rows = new List<string[]>();
        foreach (var size in options.Text("sizes", "1,8,64,500").Split(',').Select(int.Parse))
        {
            var calls = Math.Clamp(options.Number("events", 20_000) / size, 60, options.Number("calls", 400));
            var next = size * 1_000_000;
            await Write(connection, log, traffic, size, 20, next);
            // As Ingest does while its tables grow.
            await using (var discard = new NpgsqlCommand("discard plans", connection)) await discard.ExecuteNonQueryAsync();
            var (took, own, server) = (Stopwatch.GetTimestamp(), Cpu.Self, Cpu.Of(connection.ProcessID));
            await Write(connection, log, traffic, size, calls, next + 20 * size);
            var wall = Stopwatch.GetElapsedTime(took).TotalMilliseconds;
            (own, server) = (Cpu.Self - own, Cpu.Of(connection.ProcessID) - server);
            rows.Add([Machine.N(size), Machine.N(wall / calls, "0.00"), Machine.N(own * 1000 / calls, "0.00"), Machine.N(server * 1000 / calls, "0.00"),
                Machine.N(size * calls / wall * 1000), Machine.N(size * calls / (own + server))]);
        }

        Machine.Print($"writes, mix {traffic.Mix}", ["events in a commit", "ms", "ms of our CPU", "ms of the backend's CPU", "events/s", "events per CPU second"], rows, await Machine.Line(product.ConnectionString));
        return 0;
    }

    private static async Task Write(NpgsqlConnection connection, Events.EventLog log, Traffic traffic, int size, int calls, int first)
    {
        for (var call = 0; call < calls; call++)
        {
            var from = first + call * size;
            var now = Days.Micro(TimeProvider.System.Now());
            var batch = Enumerable.Range(from, size).Select(n => JsonDocument.Parse(traffic.Envelope(n)))
                .Select(json => Events.ReadEnvelope.From(json.RootElement, now, "native", "key:bench").Event!).ToList();
            await using var transaction = await connection.BeginTransactionAsync();
            await log.Write(connection, transaction, batch, default);
            await transaction.CommitAsync();
        }
    }
}
