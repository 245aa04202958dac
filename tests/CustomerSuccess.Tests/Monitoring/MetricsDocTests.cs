using System.Globalization;
using System.Text;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Tests.Monitoring;

/// <summary>docs/operate/metrics.md is what the code measures. CS_WRITE_DOCS=1 ./test MetricsDocTests writes its list anew.</summary>
public sealed class MetricsDocTests
{
    private const string File = "docs/operate/metrics.md", Begins = "<!-- generated: CS_WRITE_DOCS=1 ./test MetricsDocTests -->\n";

    [Fact]
    public void The_list_of_metrics_is_the_one_in_the_code()
    {
        var page = Repository.Read(File);
        var written = page[..(page.IndexOf(Begins, StringComparison.Ordinal) + Begins.Length)] + List();
        if (Environment.GetEnvironmentVariable("CS_WRITE_DOCS") == "1") System.IO.File.WriteAllText(Path.Combine(Repository.Root, File), written);
        Repository.Read(File).ShouldBe(written, "metrics changed: CS_WRITE_DOCS=1 ./test MetricsDocTests");
    }

    [Fact]
    public void Every_metric_is_named_once_and_says_what_it_is()
    {
        var metrics = Rooms.Metrics.Metrics;
        metrics.Select(metric => metric.Name).ShouldBeUnique();
        metrics.Select(metric => (metric.Meter, metric.Instrument)).ShouldBeUnique();
        metrics.ShouldAllBe(metric => metric.Help.Length > 10 && !metric.Help.EndsWith('.'));
        metrics.ShouldAllBe(metric => metric.Kind != MetricKind.Histogram || metric.Buckets.SequenceEqual(metric.Buckets.Order().Distinct()));
        metrics.Where(metric => metric.Labels.Any(label => !label.Known && label.Says.Length == 0)).Select(metric => metric.Name).ShouldBeEmpty();
    }

    private static string List()
    {
        var text = new StringBuilder("| metric | kind | labels | at most | what it says |\n| --- | --- | --- | --- | --- |\n");
        foreach (var metric in Rooms.Metrics.Metrics)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{metric.SampleName}` | {Kind(metric)} | {string.Join("<br>", metric.Labels.Select(Words))} | {Catalog.Most(metric)} | {metric.Help}. |\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\nAltogether at most {Rooms.Metrics.Metrics.Sum(metric => (long)Catalog.Most(metric) * Catalog.Lines(metric)):#,0} lines, whatever is sent here.\n").ToString();
    }

    private static string Kind(Metric metric) => metric.Kind switch
    {
        MetricKind.Histogram => $"histogram: {string.Join(", ", metric.Buckets.Select(edge => edge.ToString(CultureInfo.InvariantCulture)))}",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static string Words(Label label) => label.Known
        ? $"`{label.Name}`: {string.Join(", ", label.Values)}"
        : $"`{label.Name}`: {label.Says}; {label.Most} at most";
}
