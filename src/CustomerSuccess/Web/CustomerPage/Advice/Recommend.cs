using CustomerSuccess.Engagement;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Web.CustomerPage.Advice;

/// <summary>What to do next for a customer, by health status and evidence, the most urgent first. Pure.</summary>
public static class Recommend
{
    public static IReadOnlyList<Proposal> For(Situation now)
    {
        var proposals = new List<Proposal>();
        switch (now.Status)
        {
            case "at_risk":
                proposals.Add(Call(now));
                proposals.Add(FollowUp(now));
                proposals.Add(Documentation(now));
                break;
            case "needs_attention":
                if (now.BlockerType.Length > 0) proposals.Add(Documentation(now));
                proposals.Add(CheckIn(now));
                proposals.Add(Resources(now));
                break;
            case "healthy":
                if (now.BlockerType.Length > 0) proposals.Add(Documentation(now));
                proposals.Add(RegularCheckIn(now));
                proposals.Add(UnusedFeature(now));
                break;
            case "champion":
                proposals.Add(Testimonial(now));
                proposals.Add(Expansion(now));
                break;
            default:
                proposals.Add(ReEngage(now));
                proposals.Add(CallOwner(now));
                if (now.BlockerType.Length > 0) proposals.Add(Documentation(now));
                break;
        }

        if (now.Status != "inactive" && now.Generated >= 5 && Counts.Rate(now.Merged, now.Generated) < 50) proposals.Add(ReviewRejected(now));
        return proposals;
    }

    private static Proposal Call(Situation now) => new("technical_call", "Schedule a technical call", Risk(now), $"{now.Organization}: 20 minutes on your setup?",
        Mail(now, $"I saw that {Stuck(now)}. Could we look at it together? Twenty minutes usually are enough.\n\nWould tomorrow or the day after suit you?"))
    { Call = true };

    private static Proposal FollowUp(Situation now) => new("follow_up", "Send a follow-up email", Quiet(now), $"How is it going, {now.Organization}?",
        Mail(now, $"I wanted to ask how you get on. {Next(now)}\n\nIs there anything that holds you up?"));

    private static Proposal Documentation(Situation now)
    {
        var guide = now.BlockerType.Length > 0 ? Guide.ForBlocker(now.BlockerType) : Guide.ForStep(now.NextStep);
        var why = now.BlockerType.Length > 0 ? $"Fits the blocker: {Words.Plain(now.BlockerType)}" : now.NextStep is { } step ? $"Next step: {OnboardingSteps.Title(step)}" : "Helps to get more pull requests merged";
        return new("documentation", $"Share documentation: {guide.Title}", why, guide.Title, Mail(now, Steps(guide)));
    }

    private static Proposal CheckIn(Situation now) => new("check_in", "Check in by email", Risk(now), $"Checking in: {now.Organization}",
        Mail(now, $"I wanted to check in. {Next(now)}\n\nWhat would help you most at the moment?"));

    private static Proposal Resources(Situation now)
    {
        var guide = Guide.ForStep(now.NextStep);
        return new("resources", $"Offer resources: {guide.Title}", now.NextStep is { } step ? $"Next step: {OnboardingSteps.Title(step)}" : $"{now.Merged} of {now.Generated} PRs merged", guide.Title, Mail(now, Steps(guide)));
    }

    private static Proposal RegularCheckIn(Situation now) => new("regular_check_in", "Plan a regular check-in", $"Score {now.Score}, {now.Trend}; {now.Merged} of {now.Generated} PRs merged", $"{now.Organization}: a short regular call?",
        Mail(now, "It is going well, and I would like to keep it so. Shall we talk for twenty minutes once a month?"))
    { Call = true };

    private static Proposal UnusedFeature(Situation now)
    {
        var (what, why) = now.NextStep is { } step ? (OnboardingSteps.Title(step), "Not used yet")
            : now.SupportThisMonth > 0 ? ("our guides", $"{Words.Count(now.SupportThisMonth, "support request")} this month") : ("more repositories", $"{now.Generated} PRs so far");
        return new("unused_feature", $"Suggest {what}", why, "Something you may not use yet", Mail(now, $"You are getting a lot out of it already. One thing you may not use yet: {what}.\n\n{Steps(Guide.ForStep(now.NextStep))}"));
    }

    private static Proposal Testimonial(Situation now) => new("testimonial", "Ask for a testimonial", $"Score {now.Score}: {now.Merged} PRs merged", "Would you say a few words about us?",
        Mail(now, $"You have merged {Words.Count(now.Merged, "pull request")} by now, which is great to see. Would you write two or three sentences about it that we may show to others?"));

    private static Proposal Expansion(Situation now) => new("expansion", "Discuss expansion", $"{now.Generated} PRs generated, {Counts.Rate(now.Merged, now.Generated)} % merged", $"{now.Organization}: more teams, more repositories?",
        Mail(now, "It works well for you, and I wonder which other teams or repositories could use it. Shall we talk about it?"))
    { Call = true };

    private static Proposal ReEngage(Situation now) => new("re_engagement", "Send a re-engagement email", Quiet(now), "Is it still of use to you?",
        Mail(now, $"We have not seen any activity from you {(now.EverActive ? $"for {Words.Count(now.DaysIdle, "day")}" : "yet")}. {Next(now)}\n\nIs it something we can help with, or did your plans change? Either answer helps us."));

    private static Proposal CallOwner(Situation now) => new("call_owner", "Call the owner", $"{now.Contact}; {Quiet(now).ToLowerInvariant()}", $"{now.Organization}: may I call you?",
        Mail(now, "I would like to hear how things stand, best by phone. When may I call you, and at which number?"))
    { Call = true };

    private static Proposal ReviewRejected(Situation now) => new("review_prs", "Look at the rejected PRs together", $"Only {now.Merged} of {now.Generated} PRs merged, {now.Rejected} rejected", "Your pull requests that were not merged",
        Mail(now, $"{now.Merged} of {now.Generated} pull requests were merged so far, and it could be more. May we look at some of the others together?\n\n{Steps(Guide.ForStep(null))}"))
    { Call = true };

    private static string Mail(Situation now, string text) => $"Hello,\n\n{text}\n\nBest regards\n{now.Sender}";

    private static string Steps(Guide guide) => $"{guide.Title}, step by step:\n\n" + string.Join("\n", guide.Steps.Select((step, n) => $"{n + 1}. {step}"));

    private static string Stuck(Situation now) =>
        now.BlockerType.Length > 0 ? $"you are held up by {Words.Plain(now.BlockerType)}" : now.NextStep is { } step ? $"the next step for you is: {OnboardingSteps.Title(step)}" : "there was less activity lately";

    private static string Next(Situation now) => now.NextStep is { } step ? $"The next step for you is: {OnboardingSteps.Title(step)}." : now.Generated > 0 ? $"So far {now.Merged} of {now.Generated} pull requests were merged." : "";

    private static string Risk(Situation now) =>
        now.BlockerType.Length > 0 ? $"Blocked: {Words.Plain(now.BlockerType)}"
        : now.Trend == "declining" && now.WeekAgo is { } before ? $"Score {now.Score}, {before - now.Score} less than a week ago"
        : now.NextStep is { } step ? $"{OnboardingSteps.Title(step)} is missing {Words.Count(now.DaysSinceSignup, "day")} after signup" : $"Score {now.Score}";

    private static string Quiet(Situation now) =>
        now.DaysIdle == 0 ? "Active today" : now.EverActive ? $"No activity for {Words.Count(now.DaysIdle, "day")}" : $"No activity since signup {Words.Count(now.DaysIdle, "day")} ago";
}
