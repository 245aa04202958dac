using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Messages.Consent.Limits;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Messages.Outbox;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Messages.Consent;

public sealed class DecideTests
{
    private static readonly DateTime Noon = new(2025, 5, 5, 12, 0, 0, DateTimeKind.Utc);

    private static Message Mail(string kind = "weekly_summary", int priority = 0) => new()
    {
        CustomerId = "c1001",
        MessageId = "m",
        DedupeKey = kind,
        Kind = kind,
        Topic = kind,
        Audience = NewMessage.ToCustomer,
        ToEmail = "john@example.com",
        Priority = priority,
    };

    private static Circumstances All(string pace = Pace.Planned) => new(Mail(), new Topic("weekly_summary", "Weekly summary", "", "", "", pace, 48, 1), new MailLimits(), Noon);

    private static Circumstances.Hold Went(double hoursAgo, string id = "before") => new(id, "c1001", "re_engagement", Noon.AddHours(-hoursAgo));

    private static readonly Circumstances.Account Fine = new("active", false, null, null, null);

    [Fact]
    public void With_nothing_against_it_it_goes() => Decide.Of(All()).ShouldBeOfType<Judgement.Send>();

    [Fact]
    public void Who_is_on_the_list_gets_nothing_whatever_it_is()
    {
        foreach (var pace in Pace.All) Decide.Of(All(pace) with { Suppressed = "bounced" }).ShouldBeOfType<Judgement.Suppress>();
        var team = All() with { Suppressed = "bounced" };
        Decide.Of(team with { Message = team.Message with { Audience = NewMessage.ToTeam } }).ShouldBeOfType<Judgement.Suppress>();
    }

    [Fact]
    public void What_was_switched_off_is_not_sent_and_what_cannot_be_is()
    {
        Decide.Of(All() with { Unwanted = "unsubscribed" }).ShouldBe(new Judgement.Suppress("unsubscribed"));
        Decide.Of(All(Pace.Prompt) with { Unwanted = "unsubscribed" }).ShouldBeOfType<Judgement.Suppress>();
        Decide.Of(All(Pace.Transactional) with { Unwanted = "unsubscribed" }).ShouldBeOfType<Judgement.Send>();
        // Not even where a person asks for it to be sent again.
        var again = All() with { Unwanted = "unsubscribed" };
        Decide.Of(again with { Message = again.Message with { ResentBy = "bob@example.com" } }).ShouldBeOfType<Judgement.Suppress>();
    }

    [Fact]
    public void Archived_and_test_customers_get_nothing_and_one_that_left_only_what_it_needs()
    {
        Decide.Of(All(Pace.Transactional) with { Customer = Fine with { ArchivedAt = Noon } }).ShouldBeOfType<Judgement.Drop>();
        Decide.Of(All(Pace.Transactional) with { Customer = Fine with { IsTest = true } }).ShouldBeOfType<Judgement.Drop>();
        Decide.Of(All() with { Customer = Fine with { Status = "churned" } }).ShouldBeOfType<Judgement.Drop>();
        Decide.Of(All(Pace.Transactional) with { Customer = Fine with { Status = "churned" } }).ShouldBeOfType<Judgement.Send>();
        Decide.Of(All() with { Customer = Fine with { Status = "paused" } }).ShouldBeOfType<Judgement.Send>();
    }

    [Fact]
    public void The_second_of_a_day_waits_until_the_first_is_a_day_old_and_names_it()
    {
        var judged = Decide.Of(All() with { Holds = [Went(5, "0199")] }).ShouldBeOfType<Judgement.Defer>();
        // 7 in the morning is quiet, so it is 8.
        judged.Until.ShouldBe(Noon.AddHours(20));
        judged.Winner.ShouldBe("0199");
        judged.Reason.ShouldContain("Re-engagement (0199)");
    }

    [Fact]
    public void The_fourth_of_a_week_waits_for_the_week()
    {
        var judged = Decide.Of(All() with { Topic = All().Topic with { WaitsHours = 200 }, Holds = [Went(30), Went(60), Went(90)] }).ShouldBeOfType<Judgement.Defer>();
        judged.Until.ShouldBe(Noon.AddDays(7).AddHours(-90).AddHours(0));
    }

    [Fact]
    public void What_would_come_too_late_is_dropped_with_the_winners_name()
    {
        var judged = Decide.Of(All() with { Age = TimeSpan.FromHours(40), Holds = [Went(5, "0199")] }).ShouldBeOfType<Judgement.Drop>();
        judged.Winner.ShouldBe("0199");
        judged.Reason.ShouldContain("0199");
    }

    [Fact]
    public void Of_two_that_are_due_the_more_important_one_goes()
    {
        var rival = new Circumstances.Rival("0200", "c1001", "product_news", "product", 50);
        var judged = Decide.Of(All() with { Rivals = [rival] }).ShouldBeOfType<Judgement.Defer>();
        judged.Winner.ShouldBe("0200");
        judged.Until.ShouldBe(Noon.AddDays(1));
        // With room for both, both go.
        Decide.Of(All() with { Limits = new MailLimits { PerDay = 2 }, Rivals = [rival] }).ShouldBeOfType<Judgement.Send>();
    }

    [Fact]
    public void Prompt_and_transactional_messages_wait_for_nobody()
    {
        var night = new DateTime(2025, 5, 5, 23, 0, 0, DateTimeKind.Utc);
        Decide.Of(All(Pace.Prompt) with { Now = night, Holds = [Went(1), Went(2), Went(3)] }).ShouldBeOfType<Judgement.Send>();
        Decide.Of(All(Pace.Transactional) with { Now = night, Holds = [.. Enumerable.Range(1, 30).Select(n => Went(n * .1))] }).ShouldBeOfType<Judgement.Send>();
        // Until something runs wild.
        Decide.Of(All(Pace.Prompt) with { Holds = [.. Enumerable.Range(1, 10).Select(n => Went(n * .1))] }).ShouldBeOfType<Judgement.Defer>();
    }

    /// <summary>Messages that come at any time, judged again when they were told: no day and no week ever holds more than the caps, and all that is not dropped goes.</summary>
    [Fact]
    public void Caps_hold_in_every_window_whatever_comes_when() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(
            (from perDay in Gen.Choose(1, 3)
             from perWeek in Gen.Choose(1, 6)
             from zone in Gen.Elements("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland")
             from minutes in Gen.Choose(0, 10 * 24 * 60).ListOf(25)
             select (perDay, perWeek, zone, minutes: minutes.ToArray())).ToArbitrary(), one =>
             {
                 var limits = new MailLimits { PerDay = one.perDay, PerWeek = one.perWeek };
                 var hours = OpenHours.Of(limits, one.zone, null);
                 var due = new PriorityQueue<int, DateTime>(one.minutes.Select((minute, n) => (n, Noon.AddMinutes(minute))));
                 var sent = new List<DateTime>();
                 var (dropped, rounds) = (0, 0);
                 while (due.TryDequeue(out var n, out var now) && rounds++ < 10_000)
                 {
                     switch (Decide.Of(All() with
                     {
                         Limits = limits,
                         Now = now,
                         Age = now - Noon.AddMinutes(one.minutes[n]),
                         Customer = Fine with { Zone = one.zone },
                         Holds = [.. sent.Where(at => at > now.AddDays(-7)).OrderDescending().Select(at => new Circumstances.Hold("x", "c", "k", at))],
                     }))
                     {
                         case Judgement.Send:
                             if (hours.Quiet(hours.Wall(now))) return false;
                             sent.Add(now);
                             break;
                         case Judgement.Defer defer when defer.Until > now:
                             due.Enqueue(n, defer.Until);
                             break;
                         case Judgement.Drop:
                             dropped++;
                             break;
                         default:
                             return false;
                     }
                 }

                 bool Most(TimeSpan window, int most) => sent.TrueForAll(at => sent.Count(other => other > at - window && other <= at) <= most);
                 return rounds < 10_000 && sent.Count + dropped == one.minutes.Length && Most(TimeSpan.FromDays(1), one.perDay) && Most(TimeSpan.FromDays(7), one.perWeek);
             }));
}
