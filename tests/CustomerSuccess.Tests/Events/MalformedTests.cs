using System.Net.Sockets;
using System.Text;
using CustomerSuccess.Events;
using Dapper;

namespace CustomerSuccess.Tests.Events;

/// <summary>Whatever a sender gets wrong is answered with what is wrong, and harms nobody else's events.</summary>
public sealed class MalformedTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task Hundreds_of_malformed_messages_are_each_refused_by_name_and_their_neighbours_are_stored()
    {
        await Given("acme");
        var run = await MalformedRun.Send(house.Http, await house.Key("ingest"), "acme");
        run.Cases.ShouldBeGreaterThan(300);
        run.Wrong.ShouldBeEmpty(string.Join('\n', run.Wrong));
        await using var c = await house.Db.OpenConnectionAsync();
        (await c.QueryAsync<string>("select id from events where type <> 'customer_created' and source = 'native' order by id")).Order(StringComparer.Ordinal)
            .ShouldBe(run.Neighbours.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nx-api-key: KEY\r\n\r\nZZ\r\n")]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nx-api-key: nobody\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /metrics/track HTTP/1.1\r\n\r\n")]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nx-api-key: a\0b\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nx-api-key: KEY\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nx-api-key: \r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("POST /metrics/track HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("POST /metrics/track?a=%00%ff HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("GET /metrics/track HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\n\r\n")]
    [InlineData("BREW /metrics/track HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Junk_in_the_head_of_a_request_is_the_senders_fault(string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var at = new Uri(house.Url);
        await socket.ConnectAsync(at.Host, at.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request.Replace("KEY", await house.Key("ingest"), StringComparison.Ordinal)));
        var answer = new byte[4096];
        var got = await socket.ReceiveAsync(answer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Wait.Longest);
        var status = Encoding.ASCII.GetString(answer, 0, got).Split(' ', 3)[1];
        status[0].ShouldBe('4', Encoding.ASCII.GetString(answer, 0, got));
    }

    [Fact]
    public async Task A_head_that_is_too_large_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/metrics/track") { Content = new StringContent("{}") };
        request.Headers.TryAddWithoutValidation("x-junk", new string('j', 40_000));
        ((int)(await house.Http.SendAsync(request)).StatusCode).ShouldBe(431);
    }

    private async Task Given(string customer)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new EventLog(Rooms.Projections).Write(connection, transaction, [Story.Created(customer)], default);
        await transaction.CommitAsync();
    }
}
