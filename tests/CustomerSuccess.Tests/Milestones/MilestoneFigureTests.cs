using CustomerSuccess.Milestones.Analytics;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Milestones.Versions;
using CustomerSuccess.Platform;
using Dapper;

namespace CustomerSuccess.Tests.Milestones;

/// <summary>The arithmetic of the analytics against figures worked out elsewhere, and what counts in which group.</summary>
public sealed class MilestoneFigureTests
{
    [Fact]
    public void Intervals_are_those_of_the_papers()
    {
        // Newcombe (1998), the one-sample paper: 81 of 263; the two-sample paper, table II, 56/70 less 48/80.
        var (low, high) = Proportions.Wilson(81, 263);
        (Math.Round(low, 4), Math.Round(high, 4)).ShouldBe((0.2553, 0.3662));
        var (difference, from, to) = Proportions.Newcombe(56, 70, 48, 80);
        (Math.Round(difference, 4), Math.Round(from, 4), Math.Round(to, 4)).ShouldBe((0.2, 0.0524, 0.3339));
        Proportions.Wilson(0, 20).Low.ShouldBe(0);
        Proportions.Wilson(20, 20).High.ShouldBe(1);
    }

    [Fact]
    public void A_difference_is_told_only_where_both_groups_are_large_enough_and_the_interval_leaves_nothing_out()
    {
        MilestoneAnalytics.Compare(25, 20, 25, 10).ShouldBe(new(new(25, 20, 80m), new(25, 10, 40m), 40m, 12.9m, 60m, "more"));
        MilestoneAnalytics.Compare(25, 10, 25, 20).Verdict.ShouldBe("less");
        MilestoneAnalytics.Compare(30, 25, 30, 24).Verdict.ShouldBe("cannot_tell");
        MilestoneAnalytics.Compare(19, 19, 100, 0).ShouldBe(new(new(19, 19, 100m), new(100, 0, 0m), null, null, null, "too_few"));
        MilestoneAnalytics.Compare(0, 0, 0, 0).Early.Rate.ShouldBeNull();
    }

    [Fact]
    public void The_median_is_the_middle_one_or_half_way_between_two()
    {
        MilestoneAnalytics.Median([]).ShouldBeNull();
        MilestoneAnalytics.Median([(3, 1)]).ShouldBe(3m);
        MilestoneAnalytics.Median([(1, 2), (4, 1), (9, 2)]).ShouldBe(4m);
        MilestoneAnalytics.Median([(1, 1), (4, 1)]).ShouldBe(2.5m);
        MilestoneAnalytics.Median([(0, 5), (30, 5)]).ShouldBe(15m);
    }

    /// <summary>Signed up 200 days ago: 25 reached it on day 3 and 20 of them were active on day 60; 25 did not, and 10 were.</summary>
    [Fact]
    public async Task Those_who_reached_it_by_the_landmark_are_compared_with_those_who_had_not_and_were_still_there()
    {
        await using var db = await TestDatabase.Clone();
        var now = new DateTime(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);
        var signup = now.Day().AddDays(-200);
        await using var c = await db.Source.OpenConnectionAsync();
        async Task Customer(string id, int? reached, int[] active, bool test = false)
        {
            await c.ExecuteAsync("insert into customers (customer_id, email, organization, signup_date, is_test) values (@id, @id, @id, @signup, @test)", new { id, signup, test });
            foreach (var day in active) await c.ExecuteAsync("insert into activity (customer_id, day, api_calls) values (@id, @day, 1)", new { id, day = signup.AddDays(day) });
            if (reached is { } at) await c.ExecuteAsync("insert into milestones values (@id, 'first_pr_merged', '', @at, @at, '', '', 0, '', '{}')", new { id, at = signup.AddDays(at).Start() });
        }

        for (var n = 0; n < 25; n++)
        {
            await Customer($"early{n}", 3, n < 20 ? [20, 60] : [20, 40]);
            // Reached later than the landmark: not early, and the median knows it.
            await Customer($"other{n}", n == 0 ? 45 : null, n < 10 ? [29, 85] : [29, 86]);
        }

        // Not there any more at the landmark, whatever they reached; a test; active only on the day of the landmark itself.
        await Customer("left", 3, [2, 60]);
        await Customer("tested", 3, [20, 60], test: true);
        await Customer("came-back", null, [30, 60]);
        var taken = await TakeFigures.Latest(c, 30, now, default);
        taken.Figures.Alive.ShouldBe(50);
        var one = MilestoneAnalytics.Of(KnownBooks.Builtin, taken).Milestones.Single(each => each.Id == "first_pr_merged");
        one.Retention.ShouldBe(new(new(25, 20, 80m), new(25, 10, 40m), 40m, 12.9m, 60m, "more"));
        (one.Reached, one.Share, one.MedianDays).ShouldBe((27, 51, 3m));
        one.Weeks.Sum().ShouldBe(0);
        MilestoneAnalytics.Of(KnownBooks.Builtin, taken).Milestones.Single(each => each.Id == "one_year").Retention.Verdict.ShouldBe("too_few");
    }

    [Fact]
    public void What_is_wrong_is_named_with_its_place()
    {
        string Faults(string json) => string.Join("; ", KnownBooks.From(json).Faults.Select(fault => $"{fault.Field}: {fault.Message}"));
        string One(string fields) => "{\"title\": \"M\", \"milestones\": [{\"id\": \"a\", \"title\": \"A\", " + fields + "}]}";
        Faults(One("\"reached_on\": {\"event\": \"pr_merged\", \"count\": 5}")).ShouldBe("");
        Faults(One("\"reached_on\": {}")).ShouldContain("milestones[0].reached_on: is missing");
        Faults(One("\"reached_on\": {\"event\": \"pr_merged\", \"days\": 3}")).ShouldContain("more than one of event, active_weeks and days");
        Faults(One("\"reached_on\": {\"event\": \"page_view\"}")).ShouldContain("milestones[0].reached_on.event: 'page_view' cannot be waited for");
        Faults(One("\"reached_on\": {\"event\": \"milestone_reached\"}")).ShouldContain("cannot be waited for");
        Faults(One("\"reached_on\": {\"event\": \"PR merged\"}")).ShouldContain("is no type of an event");
        Faults(One("\"reached_on\": {\"event\": \"report_opened\", \"count\": 1001}")).ShouldContain("at most 1000 can be waited for");
        Faults(One("\"reached_on\": {\"event\": \"api_call\", \"property\": \"status\", \"values\": [\"2*\"]}")).ShouldContain("counted by day");
        Faults(One("\"reached_on\": {\"event\": \"report_opened\", \"property\": \"kind\"}")).ShouldContain("only one of property and values");
        Faults(One("\"reached_on\": {\"days\": 0}")).ShouldContain("milestones[0].reached_on.days: is 0; it must be 1 to 10000");
        Faults(One("\"celebrate\": [\"fax\"], \"reached_on\": {\"days\": 3}")).ShouldContain("milestones[0].celebrate[0]: is 'fax'; it can be mail, product, team");
        Faults(One("\"point\": 3, \"reached_on\": {\"days\": 3}")).ShouldContain("milestones[0].point: is no field of a definition (line 1)");
        Faults("{\"title\": \"M\", \"milestones\": []}").ShouldContain("must be 1 to 50 milestones");
        Faults("{\"title\": \"M\", \"milestones\": [{\"id\": \"a\", \"title\": \"A\", \"reached_on\": {\"days\": 3}}, {\"id\": \"a\", \"title\": \"\", \"reached_on\": {\"days\": 3}}]}")
            .ShouldBe("milestones[1].id: 'a' is the id of another milestone, too; milestones[1].title: is missing");
        // Migration 37 awaits these.
        KnownBooks.Builtin.Milestones.Where(one => one.ReachedOn.OfLog).Select(one => one.ReachedOn.Event!).Distinct().Order(StringComparer.Ordinal).ShouldBe(["onboarding_completed", "teammate_invited"]);
    }

    [Fact]
    public void A_comparison_says_what_changes_and_what_is_changed_begins_anew()
    {
        var before = KnownBooks.Builtin;
        var after = before with
        {
            Milestones = [.. before.Milestones.Where(one => one.Id != "one_year").Select(one => one.Id switch
            {
                "ten_prs_merged" => one with { ReachedOn = one.ReachedOn with { Count = 12 }, Points = 60 },
                "first_teammate" => one with { Off = true },
                "thirty_days" => one with { Title = "A month", Celebrate = [] },
                _ => one,
            }), new Milestone { Id = "fresh", Title = "Fresh", ReachedOn = new() { Event = "report_opened" } }],
        };
        CompareBooks.Of(before, before).ShouldBeEmpty();
        CompareBooks.Of(before, after).Select(change => $"{change.What}|{change.Before}|{change.After}").ShouldBe([
            "milestone “One year with us”|is there|", "milestone “10 pull requests merged”: reached on|10 × pr_merged|12 × pr_merged", "milestone “10 pull requests merged”: points|50|60",
            "milestone “First teammate”: switched|on|off", "milestone “A month”: title|30 days with us|A month", "milestone “A month”: celebrated by|product|nothing", "milestone “Fresh”||is new"]);
        ChangeBook.Since(before, after, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)).Keys.Order(StringComparer.Ordinal).ShouldBe(["first_teammate", "fresh", "ten_prs_merged"]);
    }
}
