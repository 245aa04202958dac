using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Events;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

public sealed class OutboxTests(House house) : IClassFixture<House>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_channel_a_message_ends_in_the_mailbox_and_is_no_step_of_the_customer()
    {
        await house.Write(Story.Created(Cast.Acme.Id));
        var id = await house.Queue(Post.To(Cast.Acme.Id, "alice@acme.example"));
        await house.Becomes(id!, States.Sent);
        (await house.Steps(id!)).ShouldBe([States.Sending, States.Sent]);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await connection.ExecuteScalarAsync<string>("select to_email from mailbox where message_id = @id", new { id })).ShouldBe("alice@acme.example");
        (await connection.QueryAsync<string>("select type from events where customer_id = @customer and id like 'message:%' order by type", new { customer = Cast.Acme.Id }))
            .ShouldBeEmpty("nobody was sent anything");
    }

    [Fact]
    public async Task A_second_message_with_the_same_dedupe_key_is_not_written()
    {
        (await house.Queue(Post.To("c1", "bob@example.com"))).ShouldNotBeNull();
        (await house.Queue(Post.To("c1", "bob@example.com"))).ShouldBeNull();
        (await house.Queue(Post.To("c2", "bob@example.com"))).ShouldNotBeNull();
    }
}
