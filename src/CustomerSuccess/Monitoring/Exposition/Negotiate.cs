using Microsoft.Net.Http.Headers;

namespace CustomerSuccess.Monitoring.Exposition;

/// <summary>What the scraper would rather have, by the quality values of its headers (RFC 9110, 12.5).</summary>
internal static class Negotiate
{
    /// <summary>OpenMetrics where that is named, in a version that we write, and liked at least as much as plain text; text in all other cases.</summary>
    public static bool OpenMetrics(IHeaderDictionary headers)
    {
        if (!MediaTypeHeaderValue.TryParseList(headers.Accept, out var accepted)) return false;
        double open = 0, text = 0, any = 0;
        foreach (var one in accepted)
        {
            var quality = one.Quality ?? 1;
            var version = one.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().Value;
            if (one.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase)) open = Math.Max(open, version is null or "1.0.0" ? quality : 0);
            else if (one.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)) text = Math.Max(text, version is null or "0.0.4" ? quality : 0);
            else if (one.MatchesAllTypes || one.MediaType.Equals("text/*", StringComparison.OrdinalIgnoreCase)) any = Math.Max(any, quality);
        }

        return open > 0 && open >= Math.Max(text, any);
    }

    public static bool Gzip(IHeaderDictionary headers)
    {
        if (!StringWithQualityHeaderValue.TryParseList(headers.AcceptEncoding, out var accepted)) return false;
        double Quality(string name) => accepted.FirstOrDefault(one => one.Value.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found ? found.Quality ?? 1 : -1;
        var (gzip, any, plain) = (Quality("gzip"), Quality("*"), Quality("identity"));
        return (gzip >= 0 ? gzip : any) is > 0 and var packed && packed >= plain;
    }
}
