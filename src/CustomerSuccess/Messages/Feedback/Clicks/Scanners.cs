using System.Net;

namespace CustomerSuccess.Messages.Feedback.Clicks;

/// <summary>Mail gateways and previews that are known by name or by network; the list is scanners.txt, and never complete.</summary>
public static class Scanners
{
    private static readonly (IReadOnlyList<string> Names, IReadOnlyList<(IPNetwork Network, string Whose)> Networks) List = Read();

    /// <summary>The word in a user agent that gives it away.</summary>
    public static string? Named(string agent) => List.Names.FirstOrDefault(name => agent.Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whose network an address is in.</summary>
    public static string? At(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return List.Networks.Where(each => each.Network.Contains(address)).Select(each => each.Whose).FirstOrDefault();
    }

    private static (IReadOnlyList<string>, IReadOnlyList<(IPNetwork, string)>) Read()
    {
        using var stream = typeof(Scanners).Assembly.GetManifestResourceStream("Messages/Feedback/Clicks/scanners.txt")!;
        using var reader = new StreamReader(stream);
        var (names, networks) = (new List<string>(), new List<(IPNetwork, string)>());
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line.StartsWith("agent ", StringComparison.Ordinal)) names.Add(line[6..].Trim());
            else if (line.Split(' ', 3) is ["net", var network, var whose]) networks.Add((IPNetwork.Parse(network), whose));
        }

        return (names, networks);
    }
}
