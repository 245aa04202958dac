using System.Diagnostics;
using System.IO.Compression;
using CustomerSuccess.Monitoring.Exposition;
using CustomerSuccess.Platform.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>
/// What being measured adds to a request, in nanoseconds and bytes: the web server's own pipeline with somebody listening and
/// without, in turns, in this process and without the network. And what a scrape costs when every route has been asked.
/// </summary>
internal static class Metering
{
    public static async Task<int> Run(Options options)
    {
        var (rounds, calls) = (options.Number("rounds", 15), options.Number("calls", 200_000));
        await using var db = NpgsqlDataSource.Create("Host=nowhere.invalid");
        await using var plain = await Loop.Start(db, measured: false);
        await using var measured = await Loop.Start(db, measured: true);
        var (without, with, added) = (new List<(double Ns, double Bytes)>(), new List<(double Ns, double Bytes)>(), new List<double>());
        // The first third only warms up.
        for (var round = 0; round < rounds * 3 / 2; round++)
        {
            var (one, other) = (await plain.Time(calls), await measured.Time(calls));
            if (round < rounds / 2) continue;
            without.Add(one);
            with.Add(other);
            added.Add(other.Ns - one.Ns);
        }

        string[] Row(string name, List<(double Ns, double Bytes)> of) => [name, Middle(of.Select(each => each.Ns)), Middle(of.Select(each => each.Bytes))];
        Machine.Print($"one request through hosting and routing, {rounds} rounds of {calls:#,0}", ["request", "ns, median", "bytes"],
            [Row("nobody listens", without), Row("measured", with), ["added", Middle(added), Machine.N(with.Average(each => each.Bytes) - without.Average(each => each.Bytes), "0.0")]], await Machine.Line(null));

        measured.Fill(options.Number("routes", 300));
        var rows = new List<string[]>();
        foreach (var open in (bool[])[false, true])
        {
            var (took, packed, size, small) = (new Histogram(), new Histogram(), 0, 0L);
            for (var n = -20; n < 200; n++)
            {
                var began = Stopwatch.GetTimestamp();
                var text = new MetricsText(open);
                measured.Measured.Write(text);
                if (n >= 0) took.Add(Histogram.Since(began));
                using var to = new MemoryStream();
                await using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(text.Written.Span);
                if (n >= 0) packed.Add(Histogram.Since(began));
                (size, small) = (text.Written.Length, to.Length);
            }

            rows.Add([open ? "OpenMetrics" : "text", Machine.N(size), Machine.N(took.At(50), "0.00"), Machine.N(took.At(95), "0.00"), Machine.N(packed.At(95), "0.00"), Machine.N(small)]);
        }

        Machine.Print($"a scrape, {options.Number("routes", 300)} routes with three statuses each", ["format", "bytes", "p50 ms", "p95 ms", "p95 ms with gzip", "bytes packed"], rows, await Machine.Line(null));
        return 0;
    }

    private static string Middle(IEnumerable<double> of) => Machine.N(of.Order().ElementAt(of.Count() / 2), "0.0");

    /// <summary>A web server that is asked by a loop in place of a network.</summary>
    private sealed class Loop(WebApplication app, Asked asked) : IAsyncDisposable
    {
        public Measured Measured => app.Services.GetRequiredService<Measured>();

        public static async Task<Loop> Start(NpgsqlDataSource db, bool measured)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var asked = new Asked();
            builder.Services.AddSingleton<IServer>(asked);
            builder.Services.AddSingleton(db).AddSingleton(Rooms.Metrics).AddSingleton<Instruments>().AddSingleton<Measured>();
            var app = builder.Build();
            app.MapGet("/api/v1/customers/{id}", _ => Task.CompletedTask);
            if (measured) _ = app.Services.GetRequiredService<Measured>();
            await app.StartAsync();
            return new Loop(app, asked);
        }

        public async Task<(double Ns, double Bytes)> Time(int calls)
        {
            var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            for (var n = 0; n < calls; n++) await asked.Once();
            return (Stopwatch.GetElapsedTime(began).TotalNanoseconds / calls, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)calls);
        }

        /// <summary>As if so many routes had been asked, with three statuses each.</summary>
        public void Fill(int routes)
        {
            var http = Measured.Families.Single(family => family.Metric.Name == "http_request_duration_seconds");
            for (var n = 0; n < routes; n++)
            {
                foreach (var status in (int[])[200, 400, 404])
                    for (var m = 0; m < 50; m++)
                        http.Note(0.003 * m, [new("http.request.method", "GET"), new("http.route", $"/api/v1/customers/{{id}}/something/{n}"), new("http.response.status_code", status)]);
            }
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }

    private sealed class Asked : IServer
    {
        public Func<Task> Once { get; private set; } = () => Task.CompletedTask;

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            var features = new Kept<TContext>();
            features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Path = "/api/v1/customers/c1001", Scheme = "http", Protocol = "HTTP/1.1" });
            features.Set<IHttpResponseFeature>(new HttpResponseFeature());
            features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
            Once = async () =>
            {
                var context = application.CreateContext(features);
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, null);
            };
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    // As Kestrel does it: one connection has one of these, for all its requests.
    private sealed class Kept<TContext> : FeatureCollection, Microsoft.AspNetCore.Hosting.Server.Abstractions.IHostContextContainer<TContext>
        where TContext : notnull
    {
        public TContext? HostContext { get; set; }
    }
}
