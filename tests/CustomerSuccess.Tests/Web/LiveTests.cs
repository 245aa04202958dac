using System.Net.Http.Json;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Web;

/// <summary>Open pages follow what happens without a reload. How soon is measured by the bench, not here.</summary>
public sealed class LiveTests(House house) : IClassFixture<House>
{
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

        await alice.Sees("1/2 (50%)", within: 10_000);
        await second.Sees("20 %", within: 10_000);
        (await alice.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue("the page must not have been loaded again");
        await alice.NothingToComplain("dashboard after an event");
    }
}
