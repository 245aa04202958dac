using System.Net;
using CustomerSuccess.Events.Compare;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Web;

namespace CustomerSuccess.Tests.Events;

/// <summary>Another tool's daily export beside our counts.</summary>
public sealed class CompareTests(LivedInHouse lived) : IClassFixture<LivedInHouse>
{
    private readonly House house = lived.House;

    [Theory]
    [InlineData("day,event,count\n2026-04-01,$pageview,10\n2026-04-01,Trial Started,\"1,200\"", "2026-04-01 page_view 10, 2026-04-01 trial_started 1200")]
    [InlineData("\uFEFFDate;Event Name;Total Count\n2026-04-01T00:00:00Z;Page View;3\n2026-04-01;pageview;4", "2026-04-01 page_view 7")]
    [InlineData("date,visitors,pageviews,bounces\n2026-04-01,5,12,1\n2026-04-02,0,0,0", "2026-04-01 page_view 12, 2026-04-02 page_view 0")]
    [InlineData("day\tpageview\tSigned Up\n1-Apr-2026\t2\t1", "2026-04-01 page_view 2, 2026-04-01 signed_up 1")]
    public void An_export_is_read_in_the_forms_tools_write(string text, string rows)
    {
        var (read, problem) = ReadExport.Parse(text);
        problem.ShouldBeNull();
        string.Join(", ", read.Select(row => $"{row.Day:yyyy-MM-dd} {row.Type} {row.Count}")).ShouldBe(rows);
    }

    [Theory]
    [InlineData("", "nothing in it")]
    [InlineData("a,b\n1,2", "day or date")]
    [InlineData("day,visitors\n2026-04-01,2", "event and count")]
    [InlineData("day,event,count\nyesterday,x,1", "Line 2: 'yesterday' is no day")]
    [InlineData("day,event,count\n2026-04-01,x,many", "Line 2: 'many' is no count")]
    [InlineData("day,event,count\n2026-04-01,x,-1", "no count")]
    [InlineData("day,event,count\n2026-04-01,,1", "no name")]
    [InlineData("day,event,count\n", "no line with a count")]
    public void What_cannot_be_read_is_said_with_its_line(string text, string says) => ReadExport.Parse(text).Problem.ShouldNotBeNull().ShouldContain(says);

    [Fact]
    public async Task Differences_are_listed_by_day_and_event_with_the_events_behind_them()
    {
        var day = new DateTime(2026, 4, 1, 12, 0, 0, DateTimeKind.Utc);
        // Half past one in Berlin is still the day before in UTC.
        await house.Write([.. Enumerable.Range(0, 3).Select(n => Story.Event("acme", "compared", day.AddMinutes(n))), Story.Event("acme", "compared", day.AddHours(11.5)), Story.Event("acme", "also", day)]);
        const string Theirs = "day,event,count\n2026-04-01,compared,4\n2026-04-01,also,2\n2026-04-02,also,1";
        var utc = await CompareCounts.Run(house.Db, ReadExport.Parse(Theirs).Rows, "native", TimeZoneInfo.Utc, CancellationToken.None);
        (utc.Compared, utc.Equal).ShouldBe((3, 1));
        utc.Differences.Select(line => (line.Day.Day, line.Type, line.Difference, line.Percent)).ShouldBe([(1, "also", -1, -50m), (2, "also", -1, -100m)]);
        var berlin = await CompareCounts.Run(house.Db, ReadExport.Parse(Theirs).Rows, null, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), CancellationToken.None);
        berlin.Differences.ShouldContain(line => line.Type == "compared" && line.Day.Day == 2 && line.Theirs == 0 && line.Ours == 1 && line.Percent == null);

        foreach (var (width, dark) in new[] { (1440, false), (390, true), (1440, true), (390, false) })
        {
            await using var bob = await Browser.Open(house, Cast.Bob, width, dark);
            var variant = $"{width} {(dark ? "dark" : "light")}";
            await bob.Go("/settings/comparison");
            await bob.NothingToComplain($"compare {variant}");
            await bob.Page.Locator("#Text").FillAsync(Theirs);
            await bob.Button("Compare").ClickAsync();
            await bob.Sees("2 differences");
            await bob.NothingToComplain($"compared {variant}");
            await bob.Page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "also" }).First.ClickAsync();
            await bob.Sees("1 event");
            await bob.NothingToComplain($"events of a day {variant}");
        }

        (await (await house.As(Cast.Carol)).GetAsync("/settings/comparison")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
