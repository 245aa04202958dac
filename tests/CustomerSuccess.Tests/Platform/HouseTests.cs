using System.Net;
using System.Runtime.CompilerServices;
using CustomerSuccess.Tests.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

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

    // Hundreds of houses are opened in one run of the tests, ten megabytes each: what keeps one of them in memory keeps them all.
    [Fact]
    public async Task What_a_house_held_is_gone_once_it_is_closed()
    {
        // The first of all may be kept: EF Core remembers how it was set up.
        await LivedIn();
        var held = new List<(string What, WeakReference Of)>();
        for (var n = 0; n < 3; n++) held.AddRange(await LivedIn());
        (await Wait.For(() => Task.FromResult(Alive()), alive => alive.Count == 0)).ShouldBeEmpty();

        List<string> Alive()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return [.. held.Where(one => one.Of.IsAlive).Select(one => one.What)];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(string, WeakReference)[]> LivedIn()
    {
        var house = await House.Open();
        using (var alice = await house.As(Cast.Alice)) (await alice.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (string, WeakReference)[] held = [("database", new(house.Db)), ("services", new(house.Services)), ("routes", new(house.Services.GetRequiredService<EndpointDataSource>()))];
        await house.DisposeAsync();
        return held;
    }
}
