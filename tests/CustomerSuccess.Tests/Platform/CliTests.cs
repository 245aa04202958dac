namespace CustomerSuccess.Tests.Platform;

public sealed class CliTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task Bad_usage_ends_with_2_and_says_where_help_is()
    {
        var result = await house.Cli("no-such-command");
        result.Code.ShouldBe(2);
        result.Out.ShouldBeEmpty();
        result.Error.ShouldContain("no-such-command");
        result.Error.ShouldContain("./cs --help");

        (await house.Cli("serve", "--no-such-option")).Code.ShouldBe(2);
        (await house.Cli()).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Help_ends_with_0_and_calls_the_program_what_people_type()
    {
        var result = await house.Cli("--help");
        result.Code.ShouldBe(0);
        result.Out.ShouldContain("./cs [command]");
        result.Out.ShouldContain("serve");
    }

    [Fact]
    public async Task A_taken_port_is_one_clear_line_and_the_way_out()
    {
        var result = await house.Cli("serve");
        result.Code.ShouldBe(1);
        result.Error.ShouldContain("is taken");
        result.Error.ShouldContain("CS_URLS=");
        result.Error.Trim().Split('\n').Length.ShouldBe(2);
    }
}
