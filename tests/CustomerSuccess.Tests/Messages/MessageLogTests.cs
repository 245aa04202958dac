using System.Net;
using System.Text.Json;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>The delivery log: what people and programs see of it, and sending again.</summary>
public sealed class MessageLogTests(House house) : IClassFixture<House>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_is_read_in_pages_and_narrowed_by_what_became_of_it()
    {
        await house.Write(Story.Created("loga"), Story.Created("logb"));
        await Letters.Fill(house, "loga", "logb");
        var api = await Machine.With(house, "read");
        var seen = new List<string>();
        for (var after = ""; after is not null;)
        {
            var page = (await api.Get($"/api/v1/outbox?limit=10&after={Uri.EscapeDataString(after)}")).Json;
            seen.AddRange(page.GetProperty("messages").EnumerateArray().Select(each => each.GetProperty("message_id").GetString()!).Where(id => id.StartsWith('m')));
            after = page.GetProperty("next").GetString();
        }

        seen.ShouldBe(Enumerable.Range(1, 36).Select(n => $"m{n:0000}"));
        // Other tests of this house have messages too; only those of Letters begin with an m.
        static int Ours(JsonElement messages) => messages.EnumerateArray().Count(each => each.GetProperty("message_id").GetString()!.StartsWith('m'));
        async Task<int> Count(string query) => Ours((await api.Get("/api/v1/outbox?limit=200&" + query)).Json.GetProperty("messages"));
        (await Count("state=unknown")).ShouldBe(4);
        (await Count("channel=smtp&state=sent")).ShouldBe(4);
        (await Count("customer=loga")).ShouldBe(18);
        (await Count("kind=welcome")).ShouldBe(3);
        (await Count("from=2025-05-05&to=2025-05-05")).ShouldBe(3);
        foreach (var wrong in new[] { "state=lost", "channel=pigeon", "from=yesterday", "limit=0" }) (await api.Get("/api/v1/outbox?" + wrong)).Status.ShouldBe(HttpStatusCode.BadRequest, wrong);

        var one = (await api.Get("/api/v1/outbox/m0005")).Json;
        one.GetProperty("message").GetProperty("state").GetString().ShouldBe("unknown");
        one.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("state").GetString()).ShouldBe(["sending", "unknown"]);
        (await api.Get("/api/v1/outbox/nothing")).Status.ShouldBe(HttpStatusCode.NotFound);
        var cli = await house.Cli("messages", "--state", "unknown", "--json");
        Ours(cli.Json).ShouldBe(4, cli.Error);
        (await house.Cli("messages", "show", "m0005")).Out.ShouldContain("final dot");
        (await house.Cli("messages", "--state", "lost")).Code.ShouldBe(1);

        using var carol = await house.As(Cast.Carol);
        var html = await carol.Page("/messages?state=unknown");
        html.ShouldContain("final dot");
        (await carol.Page("/messages/m0005")).ShouldNotContain("Send again");
        (await carol.Page("/customers/loga")).ShouldContain("the address bounced on May 2");
        (await carol.Page("/messages?state=%00&after=nonsense&from=x&limit=-3")).ShouldContain("Messages");
        var mail = await carol.GetAsync("/messages/mailbox/m0004/html", Ct);
        mail.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("sandbox");
    }

    [Fact]
    public async Task A_person_sends_a_message_again_and_it_is_written_down_who_did()
    {
        await house.Write(Story.Created("again"));
        var id = (await house.Queue(Post.To("again", "kim@again.example")))!;
        await house.Becomes(id, States.Sent);
        using var bob = await house.As(Cast.Bob);
        var sent = await bob.Form($"/messages/{id}", $"/messages/{id}/resend", ("reason", "they\r\nlost it"));
        sent.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await Wait.Until(async () => (await house.Steps(id)).Count == 5, "the second sending");
        (await house.Steps(id)).ShouldBe([States.Sending, States.Sent, "resent", States.Sending, States.Sent]);
        (await bob.Page($"/messages/{id}")).ShouldContain("they  lost it");
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from mailbox where message_id = @id", new { id })).ShouldBe(2);
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from audit where action = 'message.resent' and target = 'message:' || @id", new { id })).ShouldBe(1);
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from events where customer_id = 'again' and type = 'email_sent'")).ShouldBe(0, "the mailbox is nobody's delivery");
        var api = await Machine.With(house, "admin");
        await connection.ExecuteAsync("update messages set state = 'queued', not_before = now() + interval '1 hour' where message_id = @id", new { id });
        (await api.Post($"/api/v1/outbox/{id}/resend", new { })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.Post("/api/v1/outbox/nothing/resend", new { })).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_person_cancels_a_message_that_waits_and_it_is_written_down_who_did()
    {
        var later = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1);
        var id = (await house.Queue(Post.To("mistake", "kim@mistake.example") with { NotBefore = later }))!;
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        // A worker has it and has not begun: it is overtaken.
        await connection.ExecuteAsync("update messages set attempt = 1, leased_until = now() + interval '1 minute' where message_id = @id", new { id });
        using var carol = await house.As(Cast.Carol);
        (await carol.Page($"/messages/{id}")).ShouldNotContain("Cancel message");
        using var bob = await house.As(Cast.Bob);
        (await bob.Form($"/messages/{id}", $"/messages/{id}/cancellation", ("reason", "run by mistake"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await house.State(id)).State.ShouldBe(States.Dropped);
        (await bob.Page($"/messages/{id}")).ShouldContain("run by mistake");
        Message seen = new() { CustomerId = "mistake", MessageId = id, DedupeKey = "", Kind = "", Topic = "", Audience = "", ToEmail = "", Attempt = 1 };
        (await SettleMessage.Run(connection, null, seen, new(States.Sending, States.Sending, ""), Ct)).ShouldBeNull("it was cancelled");
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from audit where action = 'message.cancelled' and target = 'message:' || @id", new { id })).ShouldBe(1);

        var api = await Machine.With(house, "admin");
        var other = (await house.Queue(Post.To("mistake", "sue@mistake.example", dedupe: "other") with { NotBefore = later }))!;
        (await api.Post($"/api/v1/outbox/{other}/cancellation", new { reason = "no" })).Json.GetProperty("state").GetString().ShouldBe("dropped");
        (await house.Steps(other)).ShouldBe([States.Dropped]);
        (await api.Post($"/api/v1/outbox/{other}/cancellation", new { })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.Post("/api/v1/outbox/nothing/cancellation", new { })).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_a_long_history_the_last_steps_are_shown()
    {
        var id = (await house.Queue(Post.To("long", "kim@long.example") with { NotBefore = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1) }))!;
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(
            """
            insert into message_steps (customer_id, message_id, n, at, state, reason) select 'long', @id, n, now(), 'deferred', 'try ' || n from generate_series(1, 5000) n;
            update messages set steps = 5000 where message_id = @id
            """, new { id });
        var api = await Machine.With(house, "read");
        var found = (await api.Get($"/api/v1/outbox/{id}")).Json;
        found.GetProperty("earlier").GetInt32().ShouldBe(4800);
        found.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("reason").GetString()).ShouldBe(Enumerable.Range(4801, 200).Select(n => $"try {n}"));
        using var bob = await house.As(Cast.Bob);
        (await bob.Page($"/messages/{id}")).ShouldContain("4,800 steps not shown");
    }

    [Fact]
    public async Task A_worker_that_was_overtaken_writes_nothing()
    {
        var id = (await house.Queue(Post.To("fenced", "f@fenced.example") with { NotBefore = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1) }))!;
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("update messages set state = 'sending', attempt = 2, leased_until = now() + interval '1 minute' where message_id = @id", new { id });
        Message Seen(int attempt) => new() { CustomerId = "fenced", MessageId = id, DedupeKey = "", Kind = "", Topic = "", Audience = "", ToEmail = "", Attempt = attempt };
        (await SettleMessage.Run(connection, null, Seen(1), new(States.Sent, States.Sent, ""), Ct)).ShouldBeNull("attempt 2 has it");
        (await house.State(id)).State.ShouldBe(States.Sending);
        // The token is what stops it: without it, whoever comes back last would be believed.
        await using (var undone = await connection.BeginTransactionAsync(Ct))
        {
            await using var planted = new Npgsql.NpgsqlCommand(
                Sql.Read("Messages/Outbox/settle.sql").Replace("and attempt = @Attempt", "", StringComparison.Ordinal), connection, undone);
            foreach (var (name, value) in new (string, object)[]
            {
                ("customer", "fenced"), ("id", id), ("State", States.Sent), ("Step", States.Sent), ("Reason", ""), ("Channel", ""), ("Wait", TimeSpan.Zero), ("Refused", DBNull.Value), ("Uncertain", DBNull.Value),
                ("Patience", DBNull.Value), ("ProviderId", ""), ("Version", ""), ("KeepsLease", false), ("detail", DBNull.Value),
            })
                planted.Parameters.AddWithValue(name, value);
            (await planted.ExecuteScalarAsync(Ct)).ShouldNotBeNull();
        }

        // Not past the end of a lease either, before anything was sent.
        await connection.ExecuteAsync("update messages set state = 'queued', leased_until = now() - interval '1 second' where message_id = @id", new { id });
        (await SettleMessage.Run(connection, null, Seen(2), new(States.Sending, States.Sending, ""), Ct)).ShouldBeNull("the lease is over");
        await connection.ExecuteAsync("update messages set leased_until = now() + interval '1 minute' where message_id = @id", new { id });
        (await SettleMessage.Run(connection, null, Seen(2), new(States.Sending, States.Sending, ""), Ct)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_was_being_sent_by_a_lost_worker_is_unknown_and_asked_again_only_where_that_has_no_second_effect()
    {
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        var ids = new List<string>();
        foreach (var channel in new[] { "smtp", "sendgrid", "kit" })
        {
            var id = (await house.Queue(Post.To("lost", $"{channel}@lost.example", dedupe: channel) with { NotBefore = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1) }))!;
            await connection.ExecuteAsync("update messages set state = 'sending', attempt = 1, channel = @channel, leased_until = now() - interval '1 second' where message_id = @id", new { id, channel });
            ids.Add(id);
        }

        await SweepMessages.Run(house.Db, name => name == "kit", Ct);
        (await house.State(ids[0])).State.ShouldBe(States.Unknown);
        (await house.State(ids[1])).State.ShouldBe(States.Unknown);
        // Kit again and no other: it may have the tag already. Here Kit is no longer set up, so nobody can know.
        await house.Becomes(ids[2], States.Unknown);
        (await house.Steps(ids[2])).ShouldBe([States.Deferred, States.Unknown]);
    }
}
