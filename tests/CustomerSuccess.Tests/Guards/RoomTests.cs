namespace CustomerSuccess.Tests.Guards;

public sealed class RoomTests
{
    private static readonly IReadOnlyList<(string Path, string Text)> Sources = [.. Repository.Files("src/CustomerSuccess", ".cs", ".razor")];

    [Fact]
    public void Every_room_is_on_the_map() => new RoomMap(Sources).Unknown().ShouldBeEmpty();

    [Fact]
    public void Arrows_between_rooms_point_down_only() => new RoomMap(Sources).Violations().ShouldBeEmpty();

    [Theory]
    [InlineData("Events", "using CustomerSuccess.Health;")]
    [InlineData("Events", "@using CustomerSuccess.Web")]
    [InlineData("Platform", "using static CustomerSuccess.Access.Permissions;")]
    [InlineData("Engagement", "var score = Health.ScoreHealth.Of(facts, model, day);")]
    [InlineData("Customers", "var x = CustomerSuccess.Onboarding.OnboardingSteps.All;")]
    [InlineData("Health", "Rooms.Add(services, settings);")]
    [InlineData("Platform", "Sql.Read(\"Health/facts.sql\")")]
    public void An_arrow_that_points_up_is_caught(string room, string line)
    {
        var planted = ($"src/CustomerSuccess/{room}/Planted.cs", $"namespace CustomerSuccess.{room}; {line}");
        new RoomMap([.. Sources, planted]).Violations().ShouldContain(found => found.Contains("Planted.cs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Health", "using CustomerSuccess.Events;")]
    [InlineData("Events", "using CustomerSuccess.Access;")]
    [InlineData("Web", "using CustomerSuccess.Health;")]
    [InlineData("Platform", "// As CustomerSuccess.Health asks for.")]
    public void An_arrow_that_points_down_is_fine(string room, string line)
    {
        var planted = ($"src/CustomerSuccess/{room}/Planted.cs", $"namespace CustomerSuccess.{room};\n{line}\n");
        new RoomMap([.. Sources, planted]).Violations().ShouldNotContain(found => found.Contains("Planted.cs", StringComparison.Ordinal));
    }

    [Fact]
    public void A_room_that_nobody_put_on_the_map_is_caught() =>
        new RoomMap([("src/CustomerSuccess/Attic/Box.cs", "namespace CustomerSuccess.Attic;")]).Unknown().ShouldBe(["Attic"]);
}
