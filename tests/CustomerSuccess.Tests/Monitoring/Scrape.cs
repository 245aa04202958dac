using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace CustomerSuccess.Tests.Monitoring;

/// <summary>One sample of an answer.</summary>
public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>What GET /metrics said once.</summary>
public sealed partial record Scrape(string Text, string ContentType)
{
    public const string Open = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

    public IReadOnlyList<Sample> Samples { get; } =
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(Read)];

    public static async Task<Scrape> Of(House house, string accept = "text/plain")
    {
        using var answer = await Get(house, accept);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        return new Scrape(await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType!.ToString());
    }

    public static async Task<HttpResponseMessage> Get(House house, string accept, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.Clear();
        foreach (var one in accept.Split(',', StringSplitOptions.RemoveEmptyEntries)) request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(one));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await house.Http.SendAsync(request);
    }

    /// <summary>Scraped again until these samples are there.</summary>
    public static Task<Scrape> Until(House house, Func<Scrape, bool> right) => Wait.For(() => Of(house), right);

    /// <summary>The sum of all samples of this name that have these labels.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) => With(name, labels).Sum(sample => sample.Value);

    public IEnumerable<Sample> With(string name, params (string Label, string Value)[] labels) =>
        Samples.Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Label) == label.Value));

    private static Sample Read(string line)
    {
        var match = Line().Match(line);
        match.Success.ShouldBeTrue(line);
        return new(match.Groups["name"].Value,
            LabelPair().Matches(match.Groups["labels"].Value).ToDictionary(pair => pair.Groups["name"].Value, pair => pair.Groups["value"].Value),
            match.Groups["value"].Value switch { "+Inf" => double.PositiveInfinity, "NaN" => double.NaN, var number => double.Parse(number, CultureInfo.InvariantCulture) });
    }

    [GeneratedRegex("^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(?<labels>.*)\\})? (?<value>\\S+)$", RegexOptions.None, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=\"(?<value>(?:[^\"\\\\]|\\\\.)*)\"", RegexOptions.None, 1000)]
    private static partial Regex LabelPair();
}
