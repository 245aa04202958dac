using System.Collections.Concurrent;
using System.Globalization;
using CustomerSuccess.Messages.Outbox;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Kit, SendGrid and a mail server that take, refuse, cut the line and stay silent, in every combination: nothing twice, nothing lost, no wrong fallback.</summary>
public sealed class ProviderMoodTests : IAsyncLifetime
{
    private static readonly string[] Kit = ["ok", "refuse", "cut", "takecut"], SendGrid = ["ok", "refuse", "takecut", "takehang"], Smtp = ["ok", "refuse", "cutafter"];
    private FakeProvider provider = null!;
    private FakeSmtp server = null!;
    private House house = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        provider = await FakeProvider.Start(House.FreePort());
        server = new FakeSmtp(House.FreePort());
        house = await House.Open(settings: Settings(provider, server));
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        await server.DisposeAsync();
        await provider.DisposeAsync();
    }

    internal static (string, string)[] Settings(FakeProvider provider, FakeSmtp server) =>
    [
        ("CS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1"), ("CS_MAIL_FROM", "Acme <hello@acme.example>"), ("CS_PUBLIC_URL", "https://success.acme.example"), ("CS_MESSAGES_TIMEOUT", "2"),
        ("CS_KIT_API_KEY", "kit"), ("CS_KIT_URL", provider.Url), ("CS_KIT_RATE", "100000"),
        ("CS_SENDGRID_API_KEY", "SG.x"), ("CS_SENDGRID_URL", provider.Url), ("CS_SENDGRID_RATE", "100000"),
        ("CS_SMTP", string.Create(CultureInfo.InvariantCulture, $"smtp+plain://127.0.0.1:{server.Port}")), ("CS_SMTP_RATE", "100000"),
    ];

    [Fact]
    public async Task Every_combination_of_moods_ends_where_it_must()
    {
        var tries = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        provider.Says = (path, to) =>
        {
            var moods = to.Split('@')[0].Split('.');
            if (moods.Length < 3) return null;
            var mood = path.StartsWith("/v4", StringComparison.Ordinal) ? moods[0] : moods[1];
            // Kit's line is cut when the tag is put, the first time only; a subscriber and a tag alone are no delivery.
            if (path.StartsWith("/v4", StringComparison.Ordinal) && mood is "cut" or "takecut" && (!path.Contains("tags/", StringComparison.Ordinal) || tries.AddOrUpdate(to, 1, (_, n) => n + 1) > 1)) return null;
            return mood switch { "ok" => null, "refuse" => new(400), "cut" => new(0), "takecut" => new(0, Takes: true), "takehang" => new(-1, Takes: true), _ => null };
        };
        server.Mood = to => to.Split('@')[0].Split('.') is [_, _, var mood] ? mood switch { "refuse" => SmtpMood.Refuse, "cutafter" => SmtpMood.CutAfterDot, _ => SmtpMood.Accept } : SmtpMood.Accept;

        var sent = new List<(string Id, string Kit, string SendGrid, string Smtp)>();
        foreach (var (kit, grid, smtp) in from smtp in Smtp from grid in SendGrid from kit in Kit select (kit, grid, smtp))
        {
            var to = $"{kit}.{grid}.{smtp}@x.example";
            var id = await house.Queue(Post.To($"c{sent.Count}", to, Kinds.FirstIssue) with { Milestone = "milestone_first_issue_tagged" });
            sent.Add((id!, kit, grid, smtp));
        }

        foreach (var (id, kit, grid, smtp) in sent) await house.Settles(id);
        foreach (var (id, kit, grid, smtp) in sent)
        {
            var to = $"{kit}.{grid}.{smtp}@x.example";
            var expected = kit != "refuse" ? (States.Sent, "kit") : grid == "ok" ? (States.Sent, "sendgrid") : grid != "refuse" ? (States.Unknown, "sendgrid")
                : smtp switch { "ok" => (States.Sent, "smtp"), "refuse" => (States.Failed, "smtp"), _ => (States.Unknown, "smtp") };
            var now = await house.State(id);
            (now.State, now.Channel).ShouldBe(expected, $"{to}: {now.Reason}");
            // What had an effect: a tag that is there (however often it was put), a mail that was taken.
            var effects = (provider.Tagged.Any(each => each.To == to) ? 1 : 0) + provider.Mails.Count(each => each.To == to) + server.Taken.Count(each => each.To == to);
            effects.ShouldBe(expected.Item1 == States.Failed ? 0 : 1, to);
        }
    }

    [Fact]
    public async Task A_Retry_After_is_obeyed_by_everyone_who_waits_for_that_provider()
    {
        var (first, again) = (0L, 0L);
        provider.Says = (_, _) =>
        {
            if (Interlocked.CompareExchange(ref first, TimeProvider.System.GetTimestamp(), 0) == 0) return new(429, RetryAfter: "3");
            Interlocked.CompareExchange(ref again, TimeProvider.System.GetTimestamp(), 0);
            return null;
        };
        var id = await house.Queue(Post.To("c1", "john@x.example"));
        while (Interlocked.Read(ref first) == 0) await Task.Delay(10, Ct);
        await Task.Delay(300, Ct);
        var others = new List<string>();
        for (var n = 0; n < 5; n++) others.Add((await house.Queue(Post.To($"d{n}", $"d{n}@x.example")))!);
        await house.Becomes(id!, States.Sent);
        foreach (var other in others) await house.Becomes(other, States.Sent);
        TimeProvider.System.GetElapsedTime(first, again).TotalSeconds.ShouldBeGreaterThan(2.9);
        (await house.Steps(id!)).ShouldBe([States.Sending, States.Deferred, States.Sending, States.Sent]);
        server.Taken.ShouldBeEmpty("a 429 is no refusal");
    }

    [Fact]
    public async Task Kits_429_without_a_Retry_After_is_backed_off_from_and_nobody_else_waits()
    {
        var asked = new ConcurrentQueue<long>();
        provider.Says = (path, _) =>
        {
            if (!path.StartsWith("/v4", StringComparison.Ordinal)) return null;
            asked.Enqueue(TimeProvider.System.GetTimestamp());
            return asked.Count <= 2 ? new(429, Body: "Retry later") : null;
        };
        var id = await house.Queue(Post.To("c1", "john@x.example", Kinds.FirstPr) with { Milestone = "milestone_first_pr_generated" });
        var mail = await house.Queue(Post.To("c2", "sue@x.example"));
        await house.Becomes(mail!, States.Sent);
        await house.Becomes(id!, States.Sent);
        provider.Mails.Count.ShouldBe(1);
        var waits = asked.Zip(asked.Skip(1), (one, next) => TimeProvider.System.GetElapsedTime(one, next).TotalSeconds).Take(2).ToList();
        waits.ShouldAllBe(wait => wait > 0.9, "two seconds, half of them chance");
    }

    [Fact]
    public async Task A_429_that_lasts_until_the_deadline_is_a_refusal_and_not_before()
    {
        provider.Says = (path, _) => path.StartsWith("/v4", StringComparison.Ordinal) ? new(429, RetryAfter: "600") : null;
        var patient = await house.Queue(Post.To("c1", "john@x.example", Kinds.FirstPr) with { Milestone = "milestone_first_pr_generated" });
        await house.Becomes(patient!, States.Queued, step: States.Deferred);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await connection.ExecuteScalarAsync<double>("select extract(epoch from deadline - now()) from messages where message_id = @patient", new { patient })).ShouldBeInRange(3500, 3600);
        provider.Mails.ShouldBeEmpty();
        await connection.ExecuteAsync("update messages set deadline = now() + interval '1 second' where message_id = @patient", new { patient });
        await connection.ExecuteAsync("update messages set not_before = now()");
        await house.Becomes(patient!, States.Sent);
        (await house.State(patient!)).ShouldBe((States.Sent, "sendgrid", ""));
        (await house.Steps(patient!)).ShouldBe([States.Sending, States.Deferred, "refused", States.Sending, States.Sent]);
        provider.Asked.Count(each => each.Path.StartsWith("/v4", StringComparison.Ordinal)).ShouldBe(1, "Kit said to wait ten minutes");
    }

    [Fact]
    public async Task Who_was_refused_does_not_wait_for_a_provider_that_rests()
    {
        provider.Says = (path, to) => to.StartsWith("refused", StringComparison.Ordinal) ? new(400) : new(429, RetryAfter: "600");
        var refused = await house.Queue(Post.To("c1", "refused@x.example") with { Priority = 1 });
        await house.Becomes(refused!, States.Sent);
        var waits = await house.Queue(Post.To("c2", "waits@x.example"));
        await house.Becomes(waits!, States.Queued, step: States.Deferred);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        var late = await house.Queue(Post.To("c3", "refused-before@x.example"));
        await connection.ExecuteAsync("update messages set refused = '{sendgrid}' where message_id = @late", new { late });
        await house.Becomes(late!, States.Sent);
        (await house.State(late!)).Channel.ShouldBe("smtp");
        server.Taken.Select(mail => mail.To).ShouldBe(["refused@x.example", "refused-before@x.example"]);
        (await house.State(waits!)).State.ShouldBe(States.Queued);
    }

    [Fact]
    public async Task A_provider_that_is_away_is_left_alone_and_its_messages_wait()
    {
        await provider.DisposeAsync();
        var ids = new List<string>();
        for (var n = 0; n < 12; n++) ids.Add((await house.Queue(Post.To($"c{n}", $"c{n}@x.example")))!);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await Wait.Until(async () => await connection.ExecuteScalarAsync<bool>("select exists (select from channels where channel = 'sendgrid' and failures >= 5 and paused_until > now())"), "the pause");
        // Those that were on their way when it was left alone come back, too.
        foreach (var id in ids) await house.Becomes(id, States.Queued);
        server.Taken.ShouldBeEmpty("away is no refusal");
    }
}
