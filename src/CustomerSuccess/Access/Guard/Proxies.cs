using System.Net;
using CustomerSuccess.Platform;
using Microsoft.Extensions.Options;
using Microsoft.AspNetCore.HttpOverrides;

namespace CustomerSuccess.Access.Guard;

/// <summary>
/// Whose word is taken for a visitor's address and for https: only that of the proxies CS_PROXIES names, one hop. Anyone
/// else could choose an address per request and so be counted as many.
/// </summary>
public static class Proxies
{
    /// <summary>Whether the caller itself is one of them: a request it passes on has its visitor's address.</summary>
    public static bool Sent(HttpContext context)
    {
        var named = context.RequestServices.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;
        if (context.Connection.RemoteIpAddress is not { } address || named.ForwardedHeaders == ForwardedHeaders.None) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return named.KnownProxies.Contains(address) || named.KnownIPNetworks.Any(network => network.Contains(address));
    }

    public static void Trust(ForwardedHeadersOptions headers, IConfiguration settings)
    {
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        var named = (settings["CS_PROXIES"] ?? "").Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var proxy in named)
        {
            if (IPAddress.TryParse(proxy, out var address)) headers.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(proxy, out var network)) headers.KnownIPNetworks.Add(network);
            else throw new Trouble($"CS_PROXIES holds '{proxy}', which is no address and no network.", "For example CS_PROXIES=127.0.0.1,10.0.0.0/8");
        }

        headers.ForwardedHeaders = named.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
    }
}
