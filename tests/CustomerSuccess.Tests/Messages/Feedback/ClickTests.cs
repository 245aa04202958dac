using CustomerSuccess.Messages.Feedback.Clicks;
using CustomerSuccess.Tests.Messages.Consent;
using Dapper;

namespace CustomerSuccess.Tests.Messages.Feedback;

public sealed class ClickTests
{
    private const string Browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";

    private static readonly DateTime Delivered = new(2025, 5, 5, 12, 0, 0, DateTimeKind.Utc);

    private static Click At(double seconds, string url = "https://a.example/1", string agent = Browser, string address = "198.51.100.7", string method = "") =>
        new(Guid.CreateVersion7().ToString("N"), Delivered.AddSeconds(seconds), url, agent, address, method);

    private static string Verdict(Click click, params Click[] others) => JudgeClick.Of(click, [click, .. others], Delivered).Verdict;

    [Fact]
    public void A_person_reads_before_clicking_and_clicks_one_link_after_the_other()
    {
        Verdict(At(40)).ShouldBe("human");
        Verdict(At(40), At(70, "https://a.example/2")).ShouldBe("human");
        // The same link twice in a second is a double click.
        Verdict(At(40), At(40.5)).ShouldBe("human");
        JudgeClick.Of(At(1), [At(1)], null).Verdict.ShouldBe("human", "nobody told when it was delivered");
    }

    [Fact]
    public void A_machine_gives_itself_away()
    {
        Verdict(At(3)).ShouldBe("machine", "seconds after the delivery");
        Verdict(At(-20)).ShouldBe("machine", "before the delivery: a gateway");
        Verdict(At(40), At(41, "https://a.example/2")).ShouldBe("machine", "all links at once");
        Verdict(At(40, method: "HEAD")).ShouldBe("machine");
        Verdict(At(40, agent: "")).ShouldBe("machine");
        foreach (var agent in new[] { "Mozilla/5.0 (compatible; Barracuda Sentinel)", "python-requests/2.31", "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120", "Mozilla/5.0 (compatible; Googlebot/2.1)", "curl/8.5.0", "Mozilla/5.0 BingPreview/1.0b", "MIMECAST" })
            Verdict(At(40, agent: agent)).ShouldBe("machine", agent);
        foreach (var address in new[] { "40.107.20.1", "::ffff:40.107.20.1", "67.231.149.9", "64.235.150.1" }) Verdict(At(40, address: address)).ShouldBe("machine", address);
        foreach (var address in new[] { "", "nonsense", "2001:db8::1", "192.0.2.9" }) Verdict(At(40, address: address)).ShouldBe("human", address);
    }

    [Fact]
    public async Task However_often_one_mail_is_clicked_every_click_is_judged_and_nobody_else_waits()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        await house.Queue(Outbox("flooded"));
        await house.Queue(Outbox("quiet"));
        var now = house.Clock.GetUtcNow().UtcDateTime;
        // 2,600 clicks on one mail, a second apart; then one on another.
        const string Put = """
            insert into feedback (customer_id, source, event_id, message_id, kind, at, received_at, url, agent, address)
            select @customer, 'sendgrid', @customer || n, (select message_id from messages where customer_id = @customer), 'clicked', @now + n * interval '3 seconds', @at, 'https://a.example/1', @Browser, '198.51.100.7' from generate_series(1, @times) n
            """;
        await using (var db = await house.Db.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await db.ExecuteAsync(Put, new { customer = "flooded", now = now.AddHours(-5), at = now.AddMinutes(-3), times = 2600, Browser });
            await db.ExecuteAsync(Put, new { customer = "quiet", now = now.AddHours(-5), at = now.AddMinutes(-2), times = 1, Browser });
        }

        var judge = house.Service<JudgeClicks>();
        (await judge.Once(default)).ShouldBe(2);
        (await house.One<string>("select verdict from feedback where customer_id = 'quiet'")).ShouldBe("human");
        for (var rounds = 0; rounds < 10 && await judge.Once(default) > 0; rounds++)
        {
        }

        (await house.One<long>("select count(*) from feedback where verdict = ''")).ShouldBe(0);
        (await house.One<long>("select count(*) from events where type = 'email_clicked'")).ShouldBe(2601);
    }

    private static CustomerSuccess.Messages.Outbox.NewMessage Outbox(string customer) => Post.To(customer, $"hello@{customer}.example", "weekly_summary") with { Topic = "weekly_summary" };

    [Fact]
    public async Task Only_a_persons_click_counts_and_whence_it_came_is_forgotten()
    {
        using var sender = new SendGridSender();
        await using var house = await House.Open(null, sender.Setting);
        var (scanned, read) = (await house.Mailed("scanned"), await house.Mailed("read"));
        Dictionary<string, object> Click(string customer, string mail, int secondsAgo, string url, string id) =>
            SendGridSender.Event(house, "click", customer, mail, new { url, useragent = Browser, ip = "198.51.100.7" }, id, secondsAgo);
        await sender.Tell(house,
            Click("scanned", scanned, 30, "https://a.example/1", "s1"), Click("scanned", scanned, 30, "https://a.example/2", "s2"), Click("scanned", scanned, 29, "https://a.example/3", "s3"), Click("read", read, 10, "https://a.example/1", "r1"));
        // What gives a machine away may be told later than the click.
        await sender.Tell(house, SendGridSender.Event(house, "delivered", "scanned", scanned, secondsAgo: 31), SendGridSender.Event(house, "delivered", "read", read, secondsAgo: 600));
        var judge = house.Service<JudgeClicks>();
        (await judge.Once(TestContext.Current.CancellationToken)).ShouldBe(0);
        house.Clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(judge.Once(default), judge.Once(default), judge.Once(default));

        (await house.MailEvents("scanned")).ShouldBeEmpty();
        (await house.MailEvents("read")).ShouldBe(["email_clicked"]);
        (await house.Steps(scanned)).Count(step => step == "clicked").ShouldBe(3);
        (await house.Steps(read)).Count(step => step == "clicked").ShouldBe(1);
        (await house.One<long>("select count(*) from feedback where kind = 'clicked' and (address <> '' or verdict = '')")).ShouldBe(0);
        // Told again it is nothing new.
        (await sender.Tell(house, Click("read", read, 10, "https://a.example/1", "r1"))).ShouldBe((0, 1, 0));
        house.Clock.Advance(TimeSpan.FromMinutes(2));
        (await judge.Once(default)).ShouldBe(0);
    }
}
