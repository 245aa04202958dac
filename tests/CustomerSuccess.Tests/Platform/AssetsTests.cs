using System.Net;
using CustomerSuccess.Platform.Kit;
using CustomerSuccess.Platform.Shell;

namespace CustomerSuccess.Tests.Platform;

/// <summary>Styles, script and fonts as browsers get them; and how the kit writes figures and dates.</summary>
public sealed class AssetsTests(House house) : IClassFixture<House>
{
    [Theory]
    [InlineData("app.css", "text/css")]
    [InlineData("app.js", "text/javascript")]
    [InlineData("inter-latin.woff2", "font/woff2")]
    public async Task An_asset_is_kept_for_ever_under_its_hash_and_asked_for_again_under_any_other(string name, string type)
    {
        var kept = await house.Http.GetAsync(Assets.Url(name));
        kept.StatusCode.ShouldBe(HttpStatusCode.OK);
        kept.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        kept.Headers.CacheControl!.ToString().ShouldContain("immutable");
        (await house.Http.GetAsync($"/assets/{name}?v=old")).Headers.CacheControl!.NoCache.ShouldBeTrue();
        (await house.Http.GetAsync("/assets/appsettings.json")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_a_first_visit_loads_is_small()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Assets.Url("app.js"));
        request.Headers.Add("Accept-Encoding", "br");
        var script = await house.Http.SendAsync(request);
        script.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        (await script.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThan(25_000);
        (await house.Http.GetStringAsync(Assets.Url("app.css"))).ShouldContain(Assets.Url("inter-latin.woff2")["/assets/".Length..]);
    }

    [Theory]
    [InlineData("needs_attention", "Needs attention")]
    [InlineData("github_permissions", "GitHub permissions")]
    [InlineData("First PR generated", "First PR generated")]
    [InlineData("", "")]
    public void Names_read_as_words(string name, string words) => Words.Plain(name).ShouldBe(words);

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(59, "59 min ago")]
    [InlineData(60, "1 hour ago")]
    [InlineData(719, "11 hours ago")]
    [InlineData(60 * 20, "yesterday")]
    [InlineData(60 * 24 * 3, "3 days ago")]
    [InlineData(60 * 24 * 45, "Mar 21")]
    public void Moments_are_told_as_people_tell_them(int minutes, string words)
    {
        var now = new DateTime(2025, 5, 5, 12, 0, 0, DateTimeKind.Utc);
        Words.Ago(now.AddMinutes(-minutes), now, TimeZoneInfo.Utc).ShouldBe(words);
    }

    [Fact]
    public void A_moment_belongs_to_the_readers_day()
    {
        var now = new DateTime(2025, 5, 5, 23, 30, 0, DateTimeKind.Utc);
        var auckland = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Auckland");
        Words.Ago(new DateTime(2025, 5, 5, 10, 0, 0, DateTimeKind.Utc), now, TimeZoneInfo.Utc).ShouldBe("today");
        Words.Ago(new DateTime(2025, 5, 5, 10, 0, 0, DateTimeKind.Utc), now, auckland).ShouldBe("yesterday");
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 4)]
    [InlineData(11, 20)]
    [InlineData(61, 80)]
    [InlineData(1234, 2000)]
    public void An_axis_ends_at_a_round_number(long largest, long top) => Chart.Top(largest).ShouldBe(top);
}
