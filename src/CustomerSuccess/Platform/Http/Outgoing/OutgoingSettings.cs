using System.Net;

namespace CustomerSuccess.Platform.Http.Outgoing;

/// <summary>Where the product may call out to beyond the public internet.</summary>
/// <param name="Allowed">CS_ALLOW_PRIVATE_ADDRESSES: networks, or all for the usual private ones (never link-local, where clouds keep their keys).</param>
public sealed record OutgoingSettings(IReadOnlyList<IPNetwork> Allowed)
{
    private const string All = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,127.0.0.0/8,::1/128,fc00::/7";

    public static OutgoingSettings Read(IConfiguration source)
    {
        var named = (source["CS_ALLOW_PRIVATE_ADDRESSES"] ?? "").Trim();
        return new([.. (named == "all" ? All : named).Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).Select(text =>
            IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new Trouble($"CS_ALLOW_PRIVATE_ADDRESSES holds '{text}', which is no network.", "For example CS_ALLOW_PRIVATE_ADDRESSES=10.0.0.0/8,192.168.7.20 or all"))]);
    }

    public bool May(IPAddress address) => PublicAddress.Is(address) || Allowed.Any(network => network.Contains(PublicAddress.Plain(address)));
}
