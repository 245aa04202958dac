using System.Net;
using CustomerSuccess.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Access;

public sealed class RouteTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task Every_route_lets_in_exactly_those_its_permission_names()
    {
        await using var house = await House.Open();
        var doors = RouteWalk.Doors(house);
        doors.Count.ShouldBeGreaterThan(20);
        RouteWalk.Unmarked(doors).ShouldBeEmpty();

        // What is for everyone is written down here, so that nothing becomes so by a slip.
        doors.Where(door => door.Open).Select(door => door.ToString()).Distinct().Order(StringComparer.Ordinal).ShouldBe(ForEveryone.Order(StringComparer.Ordinal));

        var wrong = new List<string>();
        foreach (var visitor in await Visitors(house))
        {
            foreach (var door in doors.Where(door => !door.Open))
            {
                var status = await RouteWalk.Knock(visitor, door, Ct);
                var refused = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
                var right = RouteWalk.May(visitor.Name, door) ? !refused && (int)status < 500
                    : visitor.Name == "nobody" || door.Policies.Any(policy => policy is Permissions.Ingest or Permissions.AdminKey) && visitor.Key is null || door.Policies.Contains(Permissions.SignedIn) && visitor.Key is not null
                        ? status == HttpStatusCode.Unauthorized : status == HttpStatusCode.Forbidden;
                if (!right) wrong.Add($"{door} for {visitor.Name}: {(int)status}");
            }
        }

        wrong.ShouldBeEmpty(string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public async Task A_route_without_a_policy_is_found_and_open_to_nobody()
    {
        await using var house = await House.Open(services => services.AddSingleton<IStartupFilter>(new Forgotten()));
        RouteWalk.Unmarked(RouteWalk.Doors(house)).Select(door => door.Address).ShouldBe(["/forgotten"]);
        foreach (var visitor in await Visitors(house))
            (await RouteWalk.Knock(visitor, new Door("GET", "/forgotten", [], false), Ct)).ShouldBe(visitor.Name == "nobody" ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden, visitor.Name);
    }

    [Fact]
    public void A_door_that_lets_too_many_in_is_noticed()
    {
        // The rule the walk compares with does not come from the product: a changed policy shows as a difference.
        var door = new Door("GET", "/x", [Permissions.Admin], false);
        RouteWalk.May("viewer", door).ShouldBeFalse();
        RouteWalk.May("read key", door).ShouldBeFalse();
        RouteWalk.May("admin", new Door("POST", "/x", [Permissions.Ingest], false)).ShouldBeFalse();
    }

    private static string[] ForEveryone =>
    [
        "GET /assets/nothing", "GET /first-admin", "GET /healthz", "GET /js/script.js", "GET /metrics", "GET /readyz", "GET /set-password", "GET /sign-in",
        "POST /first-admin", "POST /preferences/theme", "POST /set-password", "POST /sign-in",
        "POST /webhooks/github", "POST /webhooks/stripe", "POST /webhooks/sendgrid",
        "GET /preferences/nothing", "POST /preferences/nothing", "GET /unsubscribe/nothing", "POST /unsubscribe/nothing",
        // A customer's, by a signed token (Widget/TokenTests).
        "GET /widget.js", "GET /widget/frame", "GET /widget/state", "OPTIONS /widget/state", "GET /widget/live", "OPTIONS /widget/live",
        "POST /widget/tasks", "OPTIONS /widget/tasks", "POST /widget/help", "OPTIONS /widget/help",
        .. Takes.SelectMany(path => new[] { "POST " + path, "OPTIONS " + path }),
        .. Gives.SelectMany(path => new[] { "GET " + path, "HEAD " + path, "OPTIONS " + path }),
        .. Both.SelectMany(path => new[] { "GET " + path, "POST " + path, "OPTIONS " + path }),
    ];

    // What clients of other tools call; each call is judged by the key or the site it names (DialectHostileTests).
    private static readonly string[] Takes =
    [
        "/v1/track", "/v1/t", "/v1/page", "/v1/p", "/v1/screen", "/v1/s", "/v1/identify", "/v1/i", "/v1/group", "/v1/g", "/v1/alias", "/v1/a",
        "/track", "/page", "/screen", "/identify", "/group", "/alias", "/import", "/v1/batch", "/v1/b", "/v1/import", "/v1/m", "/beacon/v1/batch", "/rsaMetrics",
        "/s", "/i/v1/analytics/events", "/api/event", "/api/send", "/api/batch", "/api/s/nothing", "/api/s/s2s/nothing",
    ];

    private static readonly string[] Gives =
    [
        "/v1/projects/nothing/settings", "/v1/pixel/nothing", "/sourceConfig", "/flags/definitions", "/api/feature_flag/local_evaluation", "/api/surveys",
        "/array/nothing/config", "/array/nothing/config.js", "/static/nothing", "/static/nothing/nothing",
    ];

    private static readonly string[] Both = ["/e", "/i/v0/e", "/capture", "/batch", "/flags", "/decide"];

    private static async Task<IReadOnlyList<Visitor>> Visitors(House house) =>
    [
        new("nobody", house.Http),
        new("viewer", await house.As(Cast.Carol)), new("manager", await house.As(Cast.Bob)), new("admin", await house.As(Cast.Alice)),
        new("ingest key", house.Http, await house.Key("ingest")), new("read key", house.Http, await house.Key("read")), new("admin key", house.Http, await house.Key("admin")),
    ];

    private sealed class Forgotten : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            next(app);
            app.UseEndpoints(routes => routes.MapGet("/forgotten", () => "secret"));
        };
    }
}
