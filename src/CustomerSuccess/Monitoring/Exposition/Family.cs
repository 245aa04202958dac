using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Monitoring.Exposition;

/// <summary>All series of one metric. There are never more than its labels and its limit allow, whatever is measured.</summary>
internal sealed class Family
{
    private const int LongestValue = 120;

    private readonly string[] tags;
    private readonly double[] edges;
    private readonly string? pool;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<Key, Series> found = new();
    private readonly Dictionary<string, Series> written = new(StringComparer.Ordinal);
    private readonly HashSet<string>[] values;
    private long folded;

    /// <param name="metric">Which.</param>
    /// <param name="pool">Of measurements that are taken for all pools of the process, those of this one count.</param>
    public Family(Metric metric, string pool)
    {
        if (metric.Labels.Count > Key.Most) throw new ArgumentException($"{metric.Name} has more than {Key.Most} labels.", nameof(metric));
        Metric = metric;
        this.pool = metric.OfPool ? pool : null;
        tags = [.. metric.Labels.Select(label => string.Intern(label.Tag))];
        edges = metric.Kind == MetricKind.Histogram ? [.. metric.Buckets] : [];
        values = [.. metric.Labels.Select(label => new HashSet<string>(label.Values, StringComparer.Ordinal))];
    }

    public Metric Metric { get; }

    /// <summary>Somebody is asked for it at each collection, in place of noting it when it happens.</summary>
    public bool Asked { get; set; }

    /// <summary>How many measurements went to a series of others because there were too many different ones.</summary>
    public long Folded => Interlocked.Read(ref folded);

    /// <summary>In the order in which they came up.</summary>
    public IReadOnlyList<Series> All
    {
        get
        {
            lock (gate) return [.. written.Values];
        }
    }

    public void Note(double value, ReadOnlySpan<KeyValuePair<string, object?>> given)
    {
        if (pool is not null && Key.Value(DatabaseMetrics.PoolTag, given) as string != pool) return;
        var series = Find(Key.Of(tags, given));
        if (edges.Length > 0) series.Observe(value);
        else series.Add(value);
    }

    public void Say(double value, ReadOnlySpan<KeyValuePair<string, object?>> given, long collection)
    {
        if (pool is not null && Key.Value(DatabaseMetrics.PoolTag, given) as string != pool) return;
        Find(Key.Of(tags, given)).Say(value, collection);
    }

    private Series Find(Key key) => found.TryGetValue(key, out var series) ? series : Make(key);

    private Series Make(Key key)
    {
        lock (gate)
        {
            var said = new string[tags.Length];
            var others = false;
            for (var n = 0; n < said.Length; n++) said[n] = Value(n, key[n], ref others);
            var labels = Write(said);
            if (!written.TryGetValue(labels, out var series))
            {
                if (written.Count >= Metric.Most)
                {
                    others = true;
                    for (var n = 0; n < said.Length; n++)
                    {
                        if (!Metric.Labels[n].Known) said[n] = Label.Other;
                    }

                    labels = Write(said);
                }

                if (!written.TryGetValue(labels, out series)) written[labels] = series = new Series(Encoding.UTF8.GetBytes(labels), edges);
            }

            // What is folded comes by here each time: remembering all of it is what there is a limit for.
            if (others) Interlocked.Increment(ref folded);
            else if (found.Count < 2 * Catalog.Most(Metric)) found[key] = series;
            return series;
        }
    }

    private string Value(int place, object? given, ref bool others)
    {
        var label = Metric.Labels[place];
        var text = given switch
        {
            null => label.Missing,
            string said => said.Length <= LongestValue ? said : said[..LongestValue],
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => given.ToString() ?? "",
        };
        if (label.Tidy is { } tidy) text = tidy(text);
        if (values[place].Contains(text) || text == label.Missing) return text;
        if (!label.Known && values[place].Count < label.Most)
        {
            values[place].Add(text);
            return text;
        }

        // Named beforehand as "other" is no loss.
        others |= !label.Known;
        return Label.Other;
    }

    private string Write(string[] said)
    {
        var text = new StringBuilder();
        for (var n = 0; n < said.Length; n++)
        {
            if (n > 0) text.Append(',');
            text.Append(Metric.Labels[n].Name).Append("=\"");
            foreach (var letter in said[n])
            {
                if (letter is '\\' or '"') text.Append('\\').Append(letter);
                else if (letter == '\n') text.Append("\\n");
                else text.Append(char.IsSurrogate(letter) ? '?' : letter);
            }

            text.Append('"');
        }

        return text.ToString();
    }
}
