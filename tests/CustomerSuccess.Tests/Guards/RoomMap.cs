using System.Text.RegularExpressions;

namespace CustomerSuccess.Tests.Guards;

/// <summary>Who may know whom: a room knows the rooms on lower floors, and nobody else. STYLE.md draws the same map.</summary>
public sealed partial class RoomMap
{
    /// <summary>Rooms of the first floor may know each other: accounts, identities and events are one thing seen from three sides.</summary>
    private const int FirstFloor = 1;

    private static readonly Dictionary<string, int> Floors = Map(
        (0, "Platform"),
        (FirstFloor, "Access Customers Events"),
        (2, "Engagement Work"),
        (3, "Onboarding Funnel Feedback Milestones Experiments"),
        (4, "Health"),
        (5, "Automation Messages Outreach Tracking Webhooks"),
        (6, "Insights Monitoring Demo"),
        (7, "Cli Web"));

    private static readonly string[] RoofFiles = ["Program", "Rooms", "Schedule", "_Imports"];

    // Type name → room, for names qualified by the room alone (Platform.Percent) and for what stands on the roof.
    private readonly Dictionary<string, HashSet<string>> types;
    private readonly IReadOnlyList<(string Path, string Text)> files;

    public RoomMap(IEnumerable<(string Path, string Text)> files)
    {
        this.files = [.. files.Select(file => (file.Path, Strip(file.Text)))];
        types = this.files.GroupBy(file => RoomOf(file.Path)).ToDictionary(
            room => room.Key,
            room => room.SelectMany(file => Declarations().Matches(file.Text).Select(match => match.Groups["name"].Value)
                .Append(Path.GetFileNameWithoutExtension(file.Path))
                .Concat(Path.GetDirectoryName(file.Path)!.Split('/'))).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Folders of the product that the map does not show.</summary>
    public IEnumerable<string> Unknown() => types.Keys.Where(room => room.Length > 0 && !Floors.ContainsKey(room));

    /// <summary>Every arrow that points up or sideways, as a sentence.</summary>
    public IEnumerable<string> Violations() =>
        from file in files
        let room = RoomOf(file.Path)
        where Floors.ContainsKey(room)
        from other in Mentioned(file.Text).Distinct(StringComparer.Ordinal)
        where !Allowed(room, other)
        select $"{file.Path}: {room} may not know {(other.Length == 0 ? "the roof" : other)}";

    private static bool Allowed(string from, string to) =>
        from == to || Floor(to) < Floor(from) || (Floor(from) == FirstFloor && Floor(to) == FirstFloor) || Floor(from) == 7;

    private static int Floor(string room) => Floors.GetValueOrDefault(room, 8);

    private static string RoomOf(string path)
    {
        var parts = path.Split('/');
        return parts.Length > 3 ? parts[2] : "";
    }

    private IEnumerable<string> Mentioned(string text)
    {
        foreach (Match match in FullNames().Matches(text))
        {
            if (Floors.ContainsKey(match.Groups["name"].Value)) yield return match.Groups["name"].Value;
            else if (RoofFiles.Contains(match.Groups["name"].Value)) yield return "";
        }

        foreach (Match match in ShortNames().Matches(text))
        {
            var (room, name) = (match.Groups["room"].Value, match.Groups["name"].Value);
            if (types.TryGetValue(room, out var known) && known.Contains(name)) yield return room;
            else if (room is "Rooms" or "Schedule") yield return "";
        }

        foreach (Match match in SqlFiles().Matches(text))
        {
            if (Floors.ContainsKey(match.Groups["name"].Value)) yield return match.Groups["name"].Value;
        }
    }

    // Comments may say what they like, and a Razor component's markup is code.
    private static string Strip(string text) => Comments().Replace(text, " ");

    private static Dictionary<string, int> Map(params (int Floor, string Rooms)[] floors) =>
        floors.SelectMany(each => each.Rooms.Split(' ').Select(room => (room, each.Floor))).ToDictionary(each => each.room, each => each.Floor);

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|@\*.*?\*@", RegexOptions.Singleline, 5000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\b(?:class|record|struct|enum|interface)\s+(?:struct\s+|class\s+)?(?<name>[A-Z]\w*)", RegexOptions.None, 5000)]
    private static partial Regex Declarations();

    [GeneratedRegex(@"\bCustomerSuccess\.(?<name>[A-Z]\w*)", RegexOptions.None, 5000)]
    private static partial Regex FullNames();

    [GeneratedRegex(@"(?<![\w.""])(?<room>[A-Z]\w*)\.(?<name>[A-Z]\w*)", RegexOptions.None, 5000)]
    private static partial Regex ShortNames();

    [GeneratedRegex(@"""(?<name>[A-Z]\w*)/[\w./-]+\.sql""", RegexOptions.None, 5000)]
    private static partial Regex SqlFiles();
}
