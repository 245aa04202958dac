using CustomerSuccess.Onboarding;
using CustomerSuccess.Web.CustomerPage.Advice;

namespace CustomerSuccess.Tests.Web;

/// <summary>What is proposed for a customer, by status and evidence.</summary>
public sealed class RecommendTests
{
    private static readonly Situation Fine = new(
        "Acme", "Kim", "healthy", 78, "steady", 78, "", "", null, Completed: true, DaysSinceSignup: 60, DaysIdle: 1, EverActive: true, Generated: 20, Merged: 15, Rejected: 2, SupportThisMonth: 0, "Maya");

    [Theory]
    [InlineData("at_risk", "technical_call", "follow_up", "documentation")]
    [InlineData("needs_attention", "check_in", "resources")]
    [InlineData("healthy", "regular_check_in", "unused_feature")]
    [InlineData("champion", "testimonial", "expansion")]
    [InlineData("inactive", "re_engagement", "call_owner")]
    public void Each_status_has_its_actions(string status, params string[] names) =>
        Recommend.For(Fine with { Status = status }).Select(each => each.Name).ShouldBe(names);

    [Theory]
    [InlineData("github_permissions", "Repository permissions")]
    [InlineData("github_config", "Repository permissions")]
    [InlineData("API key", "API key and secrets")]
    [InlineData("workflow_fails", "When the workflow fails")]
    [InlineData("legal", "Security and procurement questions")]
    [InlineData("something else", "Getting started")]
    public void The_documentation_fits_the_blocker(string blocker, string title)
    {
        var proposal = Recommend.For(Fine with { Status = "at_risk", BlockerType = blocker }).Single(each => each.Name == "documentation");
        proposal.Title.ShouldBe($"Share documentation: {title}");
        proposal.Body.ShouldContain("1. ");
        proposal.Why.ShouldStartWith("Fits the blocker");
    }

    [Fact]
    public void A_blocker_brings_the_documentation_whatever_the_status_and_the_first_line_is_the_evidence()
    {
        foreach (var status in new[] { "at_risk", "needs_attention", "healthy", "inactive" })
            Recommend.For(Fine with { Status = status, BlockerType = "api_key" }).ShouldContain(each => each.Name == "documentation", status);
        Recommend.For(Fine with { Status = "at_risk", Trend = "declining", Score = 40, WeekAgo = 52 })[0].Why.ShouldBe("Score 40, 12 less than a week ago");
        Recommend.For(Fine with { Status = "at_risk", NextStep = OnboardingSteps.FirstIssueTagged, Completed = false, DaysSinceSignup = 9 })[0].Why.ShouldBe("First issue tagged is missing 9 days after signup");
        Recommend.For(Fine with { Status = "inactive", DaysIdle = 42 })[0].Why.ShouldBe("No activity for 42 days");
    }

    [Fact]
    public void Many_rejected_pull_requests_are_looked_at_together()
    {
        Recommend.For(Fine with { Generated = 10, Merged = 4, Rejected = 5 }).ShouldContain(each => each.Name == "review_prs");
        Recommend.For(Fine with { Generated = 4, Merged = 0 }).ShouldNotContain(each => each.Name == "review_prs");
        Recommend.For(Fine with { Generated = 10, Merged = 5 }).ShouldNotContain(each => each.Name == "review_prs");
    }

    [Fact]
    public void Every_proposal_carries_a_mail_that_can_be_sent_as_it_is()
    {
        foreach (var status in new[] { "at_risk", "needs_attention", "healthy", "champion", "inactive" })
            foreach (var step in OnboardingSteps.All.Append(null))
            {
                foreach (var proposal in Recommend.For(Fine with { Status = status, NextStep = step, BlockerType = "github_config", Generated = 10, Merged = 1 }))
                {
                    proposal.Why.ShouldNotBeNullOrWhiteSpace();
                    proposal.Body.ShouldEndWith("Maya");
                    var link = proposal.MailTo("o'brien+x@example.com");
                    link.ShouldStartWith("mailto:o%27brien%2Bx@example.com?subject=");
                    link.ShouldNotContain(" ");
                    link.Length.ShouldBeLessThan(2000);
                }
            }
    }
}
