using System.Buffers;
using System.Buffers.Text;
using System.Text;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Monitoring.Exposition;

/// <summary>
/// Writes Prometheus' text format 0.0.4, or OpenMetrics 1.0: https://prometheus.io/docs/instrumenting/exposition_formats and
/// https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md. The two differ in what a counter's family is
/// called, in units and in the end.
/// </summary>
internal sealed class MetricsText(bool open)
{
    public const string Text = "text/plain; version=0.0.4; charset=utf-8", OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static readonly byte[] Infinity = "+Inf"u8.ToArray();
    private readonly ArrayBufferWriter<byte> to = new(64 * 1024);

    public string ContentType => open ? OpenMetrics : Text;

    public ReadOnlyMemory<byte> Written => to.WrittenMemory;

    /// <summary>Write one metric, if there is anything to say about it; how many series.</summary>
    public int Write(Family family, long collection)
    {
        var metric = family.Metric;
        var shown = 0;
        var sample = Encoding.UTF8.GetBytes(metric.SampleName);
        var edges = metric.Buckets.Select(edge => Encoding.UTF8.GetBytes(Number(edge))).ToArray();
        foreach (var series in family.All)
        {
            if (family.Asked && !series.Said(collection)) continue;
            if (shown++ == 0) Head(metric);
            if (metric.Kind == MetricKind.Histogram) Histogram(sample, series, edges);
            else Line(sample, ""u8, series.Labels, series.Value);
        }

        return shown;
    }

    public void End()
    {
        if (open) to.Write("# EOF\n"u8);
    }

    private void Head(Metric metric)
    {
        var name = open ? metric.Name : metric.SampleName;
        Say($"# HELP {name} {metric.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", open ? "\\\"" : "\"", StringComparison.Ordinal)}.\n");
        Say($"# TYPE {name} {metric.Kind.ToString().ToLowerInvariant()}\n");
        if (open && metric.Unit.Length > 0) Say($"# UNIT {name} {metric.Unit}\n");
    }

    private void Histogram(byte[] name, Series series, byte[][] edges)
    {
        long count = 0;
        for (var n = 0; n <= edges.Length; n++)
        {
            count += series.Bucket(n);
            to.Write(name);
            to.Write("_bucket{"u8);
            to.Write(series.Labels);
            if (series.Labels.Length > 0) to.Write(","u8);
            to.Write("le=\""u8);
            to.Write(n < edges.Length ? edges[n] : Infinity);
            to.Write("\"} "u8);
            Say(count);
        }

        Line(name, "_sum"u8, series.Labels, series.Value);
        // Counted from the buckets, so that it is what the last of them says.
        Line(name, "_count"u8, series.Labels, count);
    }

    private void Line(ReadOnlySpan<byte> name, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> labels, double value)
    {
        to.Write(name);
        to.Write(suffix);
        if (labels.Length > 0)
        {
            to.Write("{"u8);
            to.Write(labels);
            to.Write("}"u8);
        }

        to.Write(" "u8);
        if (double.IsPositiveInfinity(value)) Say("+Inf\n");
        else if (double.IsNegativeInfinity(value)) Say("-Inf\n");
        else if (double.IsInteger(value) && Math.Abs(value) < 1e15) Say((long)value);
        else
        {
            var room = to.GetSpan(32);
            value.TryFormat(room, out var length, default, System.Globalization.CultureInfo.InvariantCulture);
            to.Advance(length);
            to.Write("\n"u8);
        }
    }

    private void Say(long number)
    {
        Utf8Formatter.TryFormat(number, to.GetSpan(24), out var length);
        to.Advance(length);
        to.Write("\n"u8);
    }

    private void Say(string text) => Encoding.UTF8.GetBytes(text, to);

    // The same in both formats, so that a series stays the same whichever is asked for.
    private static string Number(double edge)
    {
        var text = edge.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }
}
