using System.Net.Http.Json;
using System.Security.Claims;
using CustomerSuccess.Platform.Shell;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Web;

/// <summary>Open pages follow what happens without a reload. How soon is measured by the bench, not here.</summary>
public sealed class LiveTests(House house) : IClassFixture<House>
{
    [Fact]
    public void A_reader_has_seats_enough_and_not_without_end()
    {
        var seats = new LiveSeats();
        var (carol, bob) = (Someone("carol"), Someone("bob"));
        var taken = Enumerable.Range(0, LiveSeats.Most).Select(_ => seats.Take(carol).ShouldNotBeNull()).ToList();
        seats.Take(carol).ShouldBeNull();
        seats.Take(bob).ShouldNotBeNull();
        taken[0].Dispose();
        seats.Take(carol).ShouldNotBeNull();

        static ClaimsPrincipal Someone(string id) => new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id)], "test"));
    }

    [Fact]
    public void A_page_that_is_open_when_its_session_ends_sees_nothing_after_a_minute()
    {
        var believed = house.Services.GetRequiredService<IOptions<SecurityStampValidatorOptions>>().Value.ValidationInterval;
        (believed + LiveStream.Life).ShouldBeLessThan(TimeSpan.FromSeconds(59));
    }

    [Fact]
    public async Task The_dashboard_and_the_list_follow_an_event_without_a_reload()
    {
        await house.Hire(Cast.Alice);
        await house.Write(Story.Created("acme"), Story.Created("northwind"));
        await using var alice = await Browser.Open(house, Cast.Alice);
        await using var second = await Browser.Open(house, Cast.Alice);
        await alice.Go("/");
        await alice.Sees("First PR generated");
        await Assertions.Expect(alice.Page.Locator("#live")).ToContainTextAsync("Live");
        await second.Go("/customers");
        await second.Sees("northwind");
        await alice.Page.EvaluateAsync("window.stayed = true");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/metrics/track")
        {
            Content = JsonContent.Create(new { customer_id = "acme", event_type = "onboarding_step_github_action_installed", metadata = new { step = "github_action_installed" } }),
        };
        request.Headers.Add("x-api-key", await house.Key("ingest"));
        (await house.Http.SendAsync(request)).EnsureSuccessStatusCode();

        await alice.Sees("1/2 (50%)");
        await second.Sees("20 %");
        (await alice.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue("the page must not have been loaded again");
        await alice.NothingToComplain("dashboard after an event");
    }
}
