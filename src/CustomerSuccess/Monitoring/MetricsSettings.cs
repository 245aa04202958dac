using System.Net;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Monitoring;

/// <summary>Who may read GET /metrics, and where.</summary>
public sealed record MetricsSettings
{
    public const int ShortestToken = 16;

    /// <summary>CS_METRICS_TOKEN: asked for as Authorization: Bearer …; "": none is.</summary>
    public string Token { get; init; } = "";

    /// <summary>CS_METRICS_LISTEN: an address that serves the metrics and nothing else, without a token; null: there is none.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>CS_METRICS_AGE: figures that come from tables are read again after so many seconds.</summary>
    public TimeSpan Oldest { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>There is a proxy in front, so a request from this machine may come from anywhere.</summary>
    public bool BehindProxy { get; init; }

    /// <summary>As the web server is told; "" where there is no address of their own.</summary>
    public string Url => Listen is null ? "" : $"http://{Listen}";

    public static MetricsSettings Read(IConfiguration source)
    {
        string Text(string name) => (Settings.Value(source, name) ?? "").Trim();
        var token = Text("CS_METRICS_TOKEN");
        if (token.Length is > 0 and < ShortestToken || token.Any(letter => letter is <= ' ' or > '~'))
            throw new Trouble($"CS_METRICS_TOKEN must be at least {ShortestToken} plain characters without blanks.", "Make one: CS_METRICS_TOKEN=$(openssl rand -hex 32)");
        var listen = Text("CS_METRICS_LISTEN");
        IPEndPoint? address = null;
        if (listen.Length > 0 && (!IPEndPoint.TryParse(listen, out address) || address.Port == 0))
            throw new Trouble($"CS_METRICS_LISTEN holds '{listen}', which is no address and port.", "For example CS_METRICS_LISTEN=127.0.0.1:9464");
        var age = Text("CS_METRICS_AGE");
        if (age.Length > 0 && !(int.TryParse(age, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 300))
            throw new Trouble($"CS_METRICS_AGE is '{age}'.", "Give seconds from 1 to 300; 15 is the default.");
        return new()
        {
            Token = token,
            Listen = address,
            Oldest = age.Length > 0 ? TimeSpan.FromSeconds(int.Parse(age, System.Globalization.CultureInfo.InvariantCulture)) : new MetricsSettings().Oldest,
            BehindProxy = Text("CS_PROXIES").Length > 0 || Text("CS_PUBLIC_URL").Length > 0,
        };
    }
}
