using System.Net;

namespace CustomerSuccess.Tests.Platform;

public sealed class HouseTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task A_running_product_is_alive_and_ready()
    {
        (await house.Http.GetAsync("/healthz", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await house.Http.GetStringAsync("/readyz", TestContext.Current.CancellationToken)).ShouldContain("\"ready\":true");
    }

    [Fact]
    public async Task Every_answer_carries_the_callers_request_id_or_a_new_one()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz") { Headers = { { "X-Request-Id", "from-carol-7" } } };
        var answer = await house.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.Headers.GetValues("X-Request-Id").ShouldBe(["from-carol-7"]);

        using var odd = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        odd.Headers.TryAddWithoutValidation("X-Request-Id", "<script>");
        answer = await house.Http.SendAsync(odd, TestContext.Current.CancellationToken);
        answer.Headers.GetValues("X-Request-Id").Single().Length.ShouldBe(32);
    }
}
