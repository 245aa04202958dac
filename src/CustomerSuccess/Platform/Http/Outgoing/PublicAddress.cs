using System.Net;
using System.Net.Sockets;

namespace CustomerSuccess.Platform.Http.Outgoing;

/// <summary>
/// Whether an address is one of the public internet (IANA special-purpose registries; RFC 6890 and what came after it), looking
/// through every way of writing an IPv4 address as an IPv6 one. Pure.
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. Networks("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24"),
        .. Networks("192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"),
        // Azure's own metadata and health address, outside every special range.
        .. Networks("168.63.129.16/32"),
        // Within the global unicast range: protocol assignments with Teredo, documentation, 6to4, AS112.
        .. Networks("2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"),
    ];

    private static readonly IPNetwork Unicast = IPNetwork.Parse("2000::/3"), Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        address = Plain(address);
        if (NotPublic.Any(network => network.Contains(address))) return false;
        if (address.AddressFamily == AddressFamily.InterNetwork) return true;
        var bytes = address.GetAddressBytes();
        // ISATAP hides an IPv4 address behind any prefix.
        return Unicast.Contains(address) && !(bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe);
    }

    /// <summary>The IPv4 address inside an IPv6 one that leads to it: mapped (::ffff:a.b.c.d) or behind NAT64; others as they are.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : Nat64.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(12))
        : address;

    private static IEnumerable<IPNetwork> Networks(string list) => list.Split(' ').Select(each => IPNetwork.Parse(each));
}
