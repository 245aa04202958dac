using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Providers that refuse us, an address or a mail, databases that stumble and messages that cannot be made: nothing waits for ever, nothing ends for want of a reason.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private FakeProvider provider = null!;
    private FakeSmtp server = null!;
    private House house = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        provider = await FakeProvider.Start(House.FreePort());
        server = new FakeSmtp(House.FreePort());
        house = await House.Open(settings: [.. ProviderMoodTests.Settings(provider, server), ("CS_SMTP_RATE", "20")]);
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        await server.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task What_waits_for_a_provider_whose_key_was_revoked_goes_to_the_next_channel()
    {
        provider.Says = (path, _) => path.StartsWith("/v4", StringComparison.Ordinal) ? new(401) : null;
        var ids = await Queue(60, n => Post.To($"c{n}", $"c{n}@x.example", Kinds.FirstPr) with { Milestone = "milestone_first_pr_generated" });
        await Wait.Until(() => provider.Mails.Count == 60, "all by SendGrid");
        foreach (var id in ids) await house.Becomes(id, States.Sent);
        provider.Mails.Select(mail => mail.To).Distinct().Count().ShouldBe(60);
        provider.Tagged.ShouldBeEmpty();
        // It is tried with one message now and then, not with each.
        provider.Asked.Count(each => each.Path.StartsWith("/v4", StringComparison.Ordinal)).ShouldBeLessThan(40);
        (await house.State(ids[^1])).Channel.ShouldBe("sendgrid");
    }

    [Fact]
    public async Task A_mail_server_that_takes_none_from_us_fails_no_message()
    {
        provider.Says = (_, _) => new(400);
        server.Mood = _ => SmtpMood.RefuseUs;
        var ids = await Queue(8, n => Post.To($"c{n}", $"c{n}@x.example"));
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await Wait.Until(async () => await connection.ExecuteScalarAsync<bool>("select exists (select from channels where channel = 'smtp' and failures > 0 and refused_us)"), "the refusal");
        foreach (var id in ids) await house.Becomes(id, States.Queued);
        server.Mood = _ => SmtpMood.Accept;
        await connection.ExecuteAsync("update channels set paused_until = null; update messages set not_before = now()");
        await Wait.Until(() => server.Taken.Count > 0, "the first mail");
    }

    [Fact]
    public async Task An_address_that_a_mail_server_does_not_know_gets_nothing_any_more()
    {
        await house.Write(Story.Created("c1") with { History = true });
        provider.Says = (_, _) => new(400);
        server.Mood = to => to.StartsWith("gone", StringComparison.Ordinal) ? SmtpMood.Refuse : SmtpMood.Accept;
        var id = (await house.Queue(Post.To("c1", "gone@x.example")))!;
        await house.Becomes(id, States.Failed, step: "bounced");
        var next = (await house.Queue(Post.To("c2", "Gone@x.example")))!;
        await house.Becomes(next, States.Suppressed);
        (await house.State(next)).Reason.ShouldContain("does not exist");
        server.Commands.Count(line => line.StartsWith("RCPT TO:<gone", StringComparison.OrdinalIgnoreCase)).ShouldBe(1);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from events where customer_id = 'c1' and type = 'email_bounced'")).ShouldBe(1);
        (await connection.ExecuteScalarAsync<string>("select reason from suppressions where email = 'gone@x.example'")).ShouldBe("hard_bounce");
    }

    [Fact]
    public async Task Waiting_for_a_slow_channel_is_no_step_of_a_history()
    {
        provider.Says = (_, _) => new(400);
        var ids = await Queue(30, n => Post.To($"c{n}", $"c{n}@x.example"));
        await Wait.Until(() => server.Taken.Count >= 3, "three mails at 20 a minute");
        foreach (var id in ids) (await house.Steps(id)).ShouldNotContain(States.Deferred);
    }

    [Fact]
    public async Task An_outcome_is_written_though_the_database_stumbles()
    {
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("""
            create sequence stumbles;
            create function stumble() returns trigger language plpgsql as $$ begin
              if new.state = 'sent' and nextval('stumbles') <= 2 then raise exception 'not now' using errcode = '57P01'; end if;
              return new;
            end $$;
            create trigger stumble before insert on message_steps for each row execute function stumble();
            """);
        var id = (await house.Queue(Post.To("c1", "john@x.example")))!;
        await house.Becomes(id, States.Sent);
        (await house.Steps(id)).ShouldBe([States.Sending, States.Sent]);
        provider.Mails.Count.ShouldBe(1);
        (await connection.ExecuteScalarAsync<long>("select last_value from stumbles")).ShouldBe(3);
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from events where customer_id = 'c1' and type = 'email_sent'")).ShouldBe(1);
    }

    [Fact]
    public async Task The_health_of_a_channel_that_cannot_be_written_costs_no_outcome()
    {
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("""
            create function never() returns trigger language plpgsql as $$ begin
              if new.last_sent_at is distinct from old.last_sent_at then raise exception 'never'; end if;
              return new;
            end $$;
            create trigger never before update on channels for each row execute function never();
            """);
        var id = (await house.Queue(Post.To("c1", "john@x.example")))!;
        await house.Becomes(id, States.Sent);
    }

    [Fact]
    public async Task A_message_that_cannot_be_made_fails_and_says_why()
    {
        var id = (await house.Queue(Post.To("c1", "john@x.example", Kinds.Milestone) with { Facts = """{"test": {"customer": 5}}""" }))!;
        await house.Becomes(id, States.Failed);
        (await house.State(id)).Reason.ShouldStartWith("it cannot be made: ");
        (await house.Steps(id)).ShouldBe([States.Failed]);
    }

    [Fact]
    public async Task Kit_greets_by_the_name_of_a_person_and_not_of_an_organization()
    {
        var names = new System.Collections.Concurrent.ConcurrentQueue<string>();
        provider.Heard = (path, body) =>
        {
            if (path == "/v4/subscribers") names.Enqueue(body.TryGetProperty("first_name", out var name) ? name.GetString()! : "");
        };
        // The organization of a customer that Post makes is its id.
        var nobody = (await house.Queue(Post.To("acme", "hello@acme.example", Kinds.FirstPr) with { Milestone = "milestone_x", ToName = "acme" }))!;
        await house.Becomes(nobody, States.Sent);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("insert into people (customer_id, person_id, email, name, first_seen) values ('acme', 'p1', 'sue@acme.example', 'Sue Park', now())");
        var sue = (await house.Queue(Post.To("acme", "Sue@acme.example", Kinds.FirstIssue) with { Milestone = "milestone_y", ToName = "acme" }))!;
        await house.Becomes(sue, States.Sent);
        names.ShouldBe(["", "Sue Park"]);
    }

    [Fact]
    public async Task A_corrected_address_gets_what_was_for_the_old_one()
    {
        await house.Write(Story.Event("c1", "customer_created", Story.Start, new { email = "wrong@x.example", organization = "c1", signup_date = "2026-03-01" }) with { History = true });
        provider.Says = (_, _) => new(400);
        server.Mood = to => to.StartsWith("wrong", StringComparison.Ordinal) ? SmtpMood.RefusePolicy : SmtpMood.Accept;
        var failed = (await house.Queue(Post.To("c1", "wrong@x.example", Kinds.FirstPr)))!;
        await house.Becomes(failed, States.Failed);
        var other = (await house.Queue(Post.To("c1", "colleague@x.example", Kinds.FirstIssue) with { NotBefore = Later }))!;
        var waits = (await house.Queue(Post.To("c1", "wrong@x.example", Kinds.OnboardingCompleted) with { NotBefore = Later }))!;
        await house.Write(Story.Event("c1", "customer_updated", Story.Start.AddDays(1), new { email = "right@x.example" }) with { History = true });
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("update messages set not_before = now()");
        await house.Becomes(waits, States.Sent);
        await house.Becomes(other, States.Sent);
        using var bob = await house.As(Cast.Bob);
        await bob.Form($"/messages/{failed}", $"/messages/{failed}/resend");
        await house.Becomes(failed, States.Sent);
        server.Taken.Select(mail => mail.To).Where(to => to.StartsWith("right", StringComparison.Ordinal)).Count().ShouldBe(2);
        server.Taken.Count(mail => mail.To == "colleague@x.example").ShouldBe(1, "it was never the account's");
    }

    private static DateTime Later => TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1);

    private async Task<List<string>> Queue(int many, Func<int, NewMessage> message)
    {
        var ids = new List<string>();
        for (var n = 0; n < many; n++) ids.Add((await house.Queue(message(n)))!);
        return ids;
    }
}
