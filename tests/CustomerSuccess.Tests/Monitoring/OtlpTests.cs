using System.Collections.Concurrent;
using System.Text;
using CustomerSuccess.Tests.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerSuccess.Tests.Monitoring;

public sealed class OtlpTests
{
    [Fact]
    public async Task The_same_measurements_and_traces_leave_by_otlp_and_name_nobody()
    {
        var port = House.FreePort();
        await using var collector = new Collector(port);
        await collector.Start();
        var house = await House.Open(null,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"), ("OTEL_BSP_SCHEDULE_DELAY", "300"));
        try
        {
            await house.Write(Story.Created("acme-otlp"));
            var key = await house.Key("read");
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/customers/acme-otlp?q=alice@example.com");
            request.Headers.Add("x-api-key", key);
            request.Headers.Add("User-Agent", "told-by-the-caller/1");
            (await house.Http.SendAsync(request)).EnsureSuccessStatusCode();
            (await house.Http.GetAsync("/healthz")).EnsureSuccessStatusCode();
            await Wait.Until(() => collector.Metrics.Contains("http.server.request.duration") && collector.Metrics.Contains("db.client.operation.duration") && collector.Metrics.Contains("cs.ingest.queue.calls"), "metrics");
            await Wait.Until(() => collector.Spans.Contains("GET /api/v1/customers/{id}"), "the span of the request");
        }
        finally
        {
            await house.DisposeAsync();
        }

        collector.Metrics.ShouldContain("cs.build.info");
        collector.Texts.ShouldContain("customer-success");
        // Other houses of this run send nothing here: what they do, their own providers would see. Ours sends no path, no query, no address.
        foreach (var secret in (string[])["acme-otlp", "alice@example.com", "told-by-the-caller", "Password=", "/healthz"])
            collector.Texts.Where(text => text.Contains(secret, StringComparison.Ordinal)).ShouldBeEmpty(secret);
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused_at_start() =>
        (await Should.ThrowAsync<CustomerSuccess.Platform.Trouble>(async () => await House.Open(null, ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")))).Text.ShouldContain("OTEL_EXPORTER_OTLP_ENDPOINT");

    /// <summary>Takes OTLP over HTTP and understands as much of its protobuf as it takes to find names.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication app;

        public Collector(int port)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
            builder.Logging.ClearProviders();
            app = builder.Build();
            app.MapPost("/v1/metrics", http => Take(http, [1, 2, 2, 1], Metrics));
            app.MapPost("/v1/traces", http => Take(http, [1, 2, 2, 5], Spans));
        }

        public Names Metrics { get; } = new();

        public Names Spans { get; } = new();

        /// <summary>Every text in everything that came.</summary>
        public Names Texts { get; } = new();

        public Task Start() => app.StartAsync();

        public async ValueTask DisposeAsync() => await app.DisposeAsync();

        private async Task Take(HttpContext http, int[] path, Names names)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            foreach (var name in At(body.ToArray(), path)) names.Add(Encoding.UTF8.GetString(name));
            All(body.ToArray());
            http.Response.ContentType = "application/x-protobuf";
        }

        private static IEnumerable<byte[]> At(byte[] message, int[] path) => path.Length == 0 ? [message]
            : Fields(message)?.Where(field => field.Number == path[0]).SelectMany(field => At(field.Bytes, path[1..])) ?? [];

        private void All(byte[] message)
        {
            foreach (var (_, bytes) in Fields(message) ?? [])
            {
                Texts.Add(Encoding.UTF8.GetString(bytes));
                All(bytes);
            }
        }

        // The length-delimited fields of a message; null where these bytes are none.
        private static List<(int Number, byte[] Bytes)>? Fields(byte[] message)
        {
            var fields = new List<(int, byte[])>();
            var at = 0;
            while (at < message.Length)
            {
                if (Varint() is not { } tag || tag >> 3 == 0) return null;
                switch (tag & 7)
                {
                    case 0 when Varint() is not null: break;
                    case 1: at += 8; break;
                    case 5: at += 4; break;
                    case 2 when Varint() is { } length && length <= (ulong)(message.Length - at):
                        fields.Add(((int)(tag >> 3), message[at..(at + (int)length)]));
                        at += (int)length;
                        break;
                    default: return null;
                }
            }

            return at == message.Length ? fields : null;

            ulong? Varint()
            {
                ulong value = 0;
                for (var shift = 0; at < message.Length && shift < 64; shift += 7)
                {
                    var part = message[at++];
                    value |= (ulong)(part & 127) << shift;
                    if (part < 128) return value;
                }

                return null;
            }
        }
    }

    private sealed class Names : IEnumerable<string>
    {
        private readonly ConcurrentDictionary<string, bool> found = new(StringComparer.Ordinal);

        public void Add(string name) => found[name] = true;

        public bool Contains(string name) => found.ContainsKey(name);

        public IEnumerator<string> GetEnumerator() => found.Keys.ToList().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
