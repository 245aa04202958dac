using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Monitoring;

/// <summary>
/// Who may read the metrics: whoever reaches their own address, or has the token. Where neither is set, programs on this machine that
/// ask directly; a proxy in front speaks from this machine too, so where there is one, or a sign of one, that is not enough.
/// </summary>
internal static class MayScrape
{
    private static readonly string[] Passed = ["Forwarded", "X-Forwarded-For", "X-Original-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via", "CF-Connecting-IP"];

    /// <summary>Null where it may; else the status and what to do about it.</summary>
    public static (int Status, string Why)? Refusal(HttpContext context, MetricsSettings settings)
    {
        if (AtOwnAddress(context, settings)) return null;
        if (settings.Token.Length > 0)
        {
            var given = context.Request.Headers.Authorization.ToString();
            if (given.Length == 0) return (StatusCodes.Status401Unauthorized, "The metrics ask for the token of CS_METRICS_TOKEN: Authorization: Bearer …");
            return given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && Same(given[7..].Trim(), settings.Token)
                ? null : (StatusCodes.Status401Unauthorized, "This is not the token of CS_METRICS_TOKEN.");
        }

        if (settings.Listen is not null) return (StatusCodes.Status403Forbidden, "The metrics are served at the address of CS_METRICS_LISTEN. To have them here as well, set CS_METRICS_TOKEN.");
        return !settings.BehindProxy && FromHere(context) ? null
            : (StatusCodes.Status403Forbidden, "The metrics are for programs on this machine that ask directly. Set CS_METRICS_TOKEN, or give them an address of their own: CS_METRICS_LISTEN=127.0.0.1:9464");
    }

    /// <summary>Whether the request came to the address that serves nothing else.</summary>
    public static bool AtOwnAddress(HttpContext context, MetricsSettings settings) =>
        settings.Listen is { } own && context.Connection.LocalPort == own.Port &&
        (own.Address.Equals(IPAddress.Any) || own.Address.Equals(IPAddress.IPv6Any) || Plain(context.Connection.LocalIpAddress)?.Equals(Plain(own.Address)) == true);

    // A page that somebody has open here could be led to us by a name; it cannot by an address.
    private static bool FromHere(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
        && context.Request.Host.Host is var host && (host == "localhost" || IPAddress.TryParse(host.Trim('[', ']'), out _))
        && !Passed.Any(context.Request.Headers.ContainsKey);

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    // Hashes have one length, so that neither it nor the letters show in the time it takes.
    private static bool Same(string given, string token) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
