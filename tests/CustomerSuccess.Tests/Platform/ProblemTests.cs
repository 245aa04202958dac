using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;

namespace CustomerSuccess.Tests.Platform;

public sealed class ProblemTests(House house) : IClassFixture<House>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{", 400, "line 1")]
    [InlineData("{\"customer_ids\": 7}", 400, "customer_ids")]
    [InlineData("[1,2", 400, "line 1")]
    [InlineData("{}", 400, "customer_ids")]
    [InlineData("{\"customer_ids\": []}", 400, "customer_ids")]
    [InlineData("null", 400, "request_id")]
    [InlineData("", 400, "request_id")]
    public async Task A_body_that_cannot_be_read_is_the_callers_error_and_says_where(string body, int status, string says)
    {
        var answer = await Send(HttpMethod.Post, "/api/customer-success/health/batch", await house.Key("admin"), body);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var text = await answer.Content.ReadAsStringAsync(Ct);
        text.ShouldContain(says);
        text.ShouldContain("request_id");
        text.ShouldNotContain("trace");
        text.ShouldNotContain("Exception");
    }

    [Fact]
    public async Task A_database_that_is_away_is_503_with_Retry_After_and_all_is_well_when_it_is_back()
    {
        var key = await house.Key("read");
        var name = new NpgsqlConnectionStringBuilder(house.ConnectionString).Database;
        var server = await TestServer.Running;
        await server.Run($"alter database {name} allow_connections false");
        await server.Run($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        for (var tries = 0; tries < 5; tries++)
        {
            var away = await Send(HttpMethod.Get, "/api/customer-success/health/c1001", key);
            away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            away.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        }

        var ready = await house.Http.GetAsync("/readyz", Ct);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync(Ct)).ShouldNotContain(name!);
        (await house.Http.GetAsync("/healthz", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await server.Run($"alter database {name} allow_connections true");
        (await Send(HttpMethod.Get, "/api/customer-success/health/c1001", key)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, string key, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await house.Http.SendAsync(request, Ct);
    }
}
