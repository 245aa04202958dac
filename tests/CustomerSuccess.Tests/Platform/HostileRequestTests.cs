using System.Net;
using System.Text;
using CustomerSuccess.Tests.Access;

namespace CustomerSuccess.Tests.Platform;

/// <summary>Requests nobody's browser sends: each is refused as the sender's mistake, and none is an error of ours.</summary>
public sealed class HostileRequestTests(House house) : IClassFixture<House>
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory]
    [InlineData("Email=a%00%40b.c", "application/x-www-form-urlencoded", 400)]
    [InlineData("--x\r\nbroken", "multipart/form-data; boundary=x", 400)]
    [InlineData("", "multipart/form-data", 400)]
    [InlineData("many", "application/x-www-form-urlencoded", 400)]
    [InlineData("large", "application/x-www-form-urlencoded", 413)]
    public async Task A_form_that_cannot_be_read_is_refused(string body, string type, int status)
    {
        body = body switch { "many" => string.Concat(Enumerable.Repeat("a=b&", 3000)), "large" => new string('x', 1_100_000), _ => body };
        foreach (var address in new[] { "/sign-in", "/set-password", "/first-admin", "/preferences/theme" })
        {
            // Asks first, so that the answer to a large one is read and not run into.
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body), Headers = { ExpectContinue = true } };
            request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
            ((int)(await house.Http.SendAsync(request, Ct)).StatusCode).ShouldBe(status, address);
        }
    }

    [Fact]
    public async Task A_form_without_any_field_is_refused()
    {
        var alice = await house.As(Cast.Alice);
        foreach (var address in RouteWalk.Doors(house).Where(door => door.Method == "POST" && !door.Address.StartsWith("/api", StringComparison.Ordinal) && door.Address != "/sign-out").Select(door => door.Address))
            ((int)(await alice.Form("/settings/account", address)).StatusCode).ShouldBeLessThan(500, address);
    }

    [Theory]
    [InlineData("(((")]
    [InlineData("a b")]
    [InlineData("%%")]
    [InlineData("[::1")]
    [InlineData("host:99999999")]
    public async Task A_host_that_is_none_is_refused(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in") { Headers = { { "Accept", "text/html" } } };
        request.Headers.TryAddWithoutValidation("Host", host);
        (await house.Http.SendAsync(request, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Json_in_an_unknown_charset_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/customers") { Headers = { { "x-api-key", await house.Key("admin") } }, Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Content.Headers.ContentType!.CharSet = "utf-7";
        ((int)(await house.Http.SendAsync(request, Ct)).StatusCode).ShouldBeInRange(400, 499);
    }

    [Fact]
    public async Task Names_that_cannot_be_stored_are_no_names()
    {
        await house.Write(Events.Story.Created("acme"));
        var alice = await house.As(Cast.Alice);
        (await alice.GetAsync("/customers/acme?type=a%00b", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
