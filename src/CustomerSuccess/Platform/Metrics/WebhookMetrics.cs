using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Platform.Metrics;

/// <summary>Deliveries of other services: how many, what became of them, how long they took from the whole body to the commit.</summary>
public sealed class WebhookMetrics(Instruments instruments)
{
    private const string Failed = "failed";

    private static readonly Label Source = Label.Of("source", "github", "stripe", "sendgrid");
    private static readonly Label Event = new("event") { Most = 80, Says = "the provider's word for it, as in pull_request.opened; empty where it was refused unread" };
    private static readonly Label Status = Label.Of("status", "stored", "ignored", "duplicate", Failed, "refused");
    private static readonly Metric CountMetric = Metric.Counter("cs_webhook_deliveries", "Deliveries of other services; failed ones should have had an effect and had none",
        Source, Event, Status, new("reason") { Most = 40, Says = "why it was refused, ignored or failed, in a word of ours" }) with { Most = 400 };
    private static readonly Metric TookMetric = Metric.Histogram("cs_webhook_duration_seconds", "Time from the whole body of a delivery until it was stored", Source, Event, Status) with { Most = 300 };

    private readonly Counter<long> count = instruments.Counter(CountMetric);
    private readonly Histogram<double> took = instruments.Histogram(TookMetric);

    public static IReadOnlyList<Metric> All { get; } = [CountMetric, TookMetric];

    /// <summary>Sent away before it was understood: bad_signature, too_large …</summary>
    public void Refused(string source, string reason) => Count(source, "", "refused", reason);

    /// <summary>Measures until it is disposed of; failed, unless told what became of it.</summary>
    public Delivery Take(string source, string kind) => new(this, source, kind);

    /// <summary>For a door that says by its status what became of a delivery.</summary>
    public static Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> Around(string source, string kind) => async (call, next) =>
    {
        var metrics = call.HttpContext.RequestServices.GetRequiredService<WebhookMetrics>();
        using var measured = metrics.Take(source, kind);
        var answer = await next(call);
        var result = answer is INestedHttpResult nested ? nested.Result : answer;
        if (result is IStatusCodeHttpResult { StatusCode: >= 400 and var code }) measured.Became("refused", $"http_{code}");
        else measured.Became("stored", "");
        return answer;
    };

    private void Count(string source, string kind, string status, string reason) =>
        count.Add(1, new("source", source), new("event", kind), new("status", status), new KeyValuePair<string, object?>("reason", reason));

    public sealed class Delivery(WebhookMetrics metrics, string source, string kind) : IDisposable
    {
        private readonly long began = TimeProvider.System.GetTimestamp();
        private (string Status, string Reason) became = (Failed, "not_stored");

        public void Became(string status, string reason) => became = (status, reason);

        public void Dispose()
        {
            metrics.Count(source, kind, became.Status, became.Reason);
            if (became.Status != "refused")
                metrics.took.Record(TimeProvider.System.GetElapsedTime(began).TotalSeconds, new("source", source), new("event", kind), new KeyValuePair<string, object?>("status", became.Status));
        }
    }
}
