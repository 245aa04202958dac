namespace CustomerSuccess.Cli.Demo;

/// <summary>The customer success team of the demo: they own the customers and wrote the notes.</summary>
public static class Staff
{
    public sealed record Member(string Name, string Email);

    public static IReadOnlyList<Member> All { get; } =
        [new("Maya Lindqvist", "maya@example.com"), new("Jonas Brandt", "jonas@example.com"), new("Ines Carvalho", "ines@example.com")];

    public static string Actor(int number) => "user:" + All[number % All.Count].Email;
}
