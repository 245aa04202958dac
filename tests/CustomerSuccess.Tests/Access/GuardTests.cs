using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Access;

public sealed class GuardTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task Another_sites_form_is_refused_whatever_it_knows()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        var token = await alice.Token("/settings/users");
        (await Post(token, ("Sec-Fetch-Site", "cross-site"))).ShouldBe(HttpStatusCode.Forbidden);
        (await Post(token, ("Sec-Fetch-Site", "same-site"))).ShouldBe(HttpStatusCode.Forbidden);
        (await Post(token, ("Origin", "https://evil.example"))).ShouldBe(HttpStatusCode.Forbidden);
        (await Post(token, ("Origin", "null"))).ShouldBe(HttpStatusCode.Forbidden);
        (await Post(null)).ShouldBe(HttpStatusCode.BadRequest);
        (await Post("CfDJ8made-up")).ShouldBe(HttpStatusCode.BadRequest);
        // A token of someone else's session is of no use either.
        (await Post(await house.Client(new CookieContainer()).Token("/sign-in"))).ShouldBe(HttpStatusCode.BadRequest);
        (await CustomerSuccess.Access.Users.ListUsers.Run(house.Db, DateTime.UnixEpoch, Ct)).Count.ShouldBe(1);

        (await Post(token, ("Origin", house.Url), ("Sec-Fetch-Site", "same-origin"))).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> Post(string? with, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/settings/users")
            {
                Content = new FormUrlEncodedContent([new("__RequestVerificationToken", with ?? ""), new("Email", "mallory@example.com"), new("Role", "admin")]),
            };
            foreach (var (name, value) in headers) request.Headers.Add(name, value);
            return (await alice.SendAsync(request, Ct)).StatusCode;
        }
    }

    [Fact]
    public async Task A_write_with_a_session_and_no_form_is_refused_from_another_site_too()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete })
        {
            using var request = new HttpRequestMessage(method, "/api/v1/anything") { Headers = { { "Sec-Fetch-Site", "cross-site" } }, Content = new StringContent("{}", null, "application/json") };
            (await alice.SendAsync(request, Ct)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task A_write_without_a_body_needs_the_token_too()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        (await alice.PostAsync("/sign-out", null, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await alice.GetAsync("/settings/account", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_made_up_key_beside_a_session_is_no_way_round_the_token()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-out") { Headers = { { "x-api-key", "made-up" }, { "Sec-Fetch-Site", "cross-site" } } };
        (await alice.SendAsync(request, Ct)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await alice.GetAsync("/settings/account", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_wrong_method_or_type_is_called_that_by_those_who_are_known()
    {
        await using var house = await House.Open();
        var key = await house.Key("admin");
        (await Send(HttpMethod.Post, key)).ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await Send(HttpMethod.Delete, key)).ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await Send(HttpMethod.Post, "cs_made-up")).ShouldBe(HttpStatusCode.Unauthorized);

        async Task<HttpStatusCode> Send(HttpMethod method, string key)
        {
            using var request = new HttpRequestMessage(method, "/api/v1/customers/provision") { Headers = { { "x-api-key", key } }, Content = new StringContent("{}", null, "text/plain") };
            return (await house.Http.SendAsync(request, Ct)).StatusCode;
        }
    }

    [Fact]
    public async Task Sign_in_forms_of_other_sites_are_refused()
    {
        await using var house = await House.Open();
        await house.Hire(Cast.Alice);
        var http = house.Client(new CookieContainer());
        using var form = new FormUrlEncodedContent([new("Email", Cast.Alice.Email), new("Password", Cast.Alice.Password)]);
        (await http.PostAsync("/sign-in", form, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Every_answer_forbids_what_we_do_not_use()
    {
        await using var house = await House.Open();
        foreach (var address in new[] { "/sign-in", "/nothing/here", "/settings/users", "/healthz" })
        {
            var answer = await house.Http.GetAsync(address, Ct);
            var policy = One("Content-Security-Policy");
            policy.ShouldContain("default-src 'none'");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe");
            policy.ShouldNotContain("*");
            One("X-Content-Type-Options").ShouldBe("nosniff");
            One("Referrer-Policy").ShouldBe("same-origin");
            One("Cross-Origin-Opener-Policy").ShouldBe("same-origin");
            One("Permissions-Policy").ShouldContain("camera=()");
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue(address);
            answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse("this is plain HTTP");

            string One(string name) => answer.Headers.GetValues(name).Single();
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("10.9.8.7", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.0/8", true)]
    public async Task Only_a_named_proxy_is_believed_about_https(string proxies, bool believed)
    {
        await using var house = await House.Open(null, ("CS_PROXIES", proxies));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in") { Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-For", "203.0.113.9" } } };
        var answer = await house.Http.SendAsync(request, Ct);
        answer.Headers.Contains("Strict-Transport-Security").ShouldBe(believed);
        answer.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.Contains("; secure") == believed);
    }

    [Fact]
    public async Task Refusals_are_pages_for_people_and_problem_details_for_programs()
    {
        await using var house = await House.Open();
        var program = await house.Http.GetAsync("/settings/users", Ct);
        program.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        program.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        program.Headers.WwwAuthenticate.ShouldNotBeEmpty();

        var carol = await house.As(Cast.Carol);
        using var page = new HttpRequestMessage(HttpMethod.Get, "/settings/users") { Headers = { { "Accept", "text/html" } } };
        var refused = await carol.SendAsync(page, Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");

        using var fragment = new HttpRequestMessage(HttpMethod.Get, "/settings/users") { Headers = { { "HX-Request", "true" } } };
        var nobody = await house.Http.SendAsync(fragment, Ct);
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        nobody.Headers.GetValues("HX-Redirect").Single().ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Cookies_survive_a_restart_and_the_keys_behind_them_are_sealed()
    {
        await using var house = await House.Open();
        await house.Http.GetAsync("/sign-in", Ct);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        var keys = (await Dapper.SqlMapper.QueryAsync<string>(connection, "select xml from data_protection_keys")).ToList();
        keys.ShouldNotBeEmpty();
        keys.ShouldAllBe(xml => xml.Contains("<sealed") && !xml.Contains("<masterKey"));
    }
}
