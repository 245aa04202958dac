using System.Diagnostics;
using System.Net;
using CustomerSuccess.Access.Users;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Access;

public sealed class SignInTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public void Made_up_addresses_do_not_hide_the_tries_that_matter()
    {
        var tries = new FailedTries(TimeProvider.System);
        for (var n = 0; n < 60; n++) tries.WorthWriting(null, $"nobody{n}@example.com").ShouldBeTrue();
        tries.WorthWriting(null, "one-more@example.com").ShouldBeFalse();
        tries.WorthWriting("u_alice", "alice@example.com").ShouldBeTrue();
        tries.WorthWriting("u_alice", "ALICE@example.com").ShouldBeFalse();
    }

    [Fact]
    public async Task Alice_signs_in_with_any_case_of_her_address_and_out_again()
    {
        await using var house = await House.Open();
        await house.Hire(Cast.Alice);
        var http = house.Client(new CookieContainer());
        var answer = await http.SignIn("ALICE@example.com", Cast.Alice.Password);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location!.OriginalString.ShouldBe("/");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(each => each.StartsWith("cs-session", StringComparison.Ordinal));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        (await http.Page("/settings/account")).ShouldContain("alice@example.com");

        (await http.Form("/settings/account", "/sign-out")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await http.GetAsync("/settings/account", Ct)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Wrong_unknown_disabled_and_resting_get_the_same_answer()
    {
        await using var house = await House.Open();
        await house.Hire(Cast.Alice);
        var bob = await house.Hire(Cast.Bob);
        await house.Services.GetRequiredService<ChangeUser>().Disable(bob, "cli", Ct);
        await house.Hire(Cast.Carol);
        var http = house.Client(new CookieContainer());
        for (var tries = 0; tries < Tries.Allowed; tries++) await http.SignIn(Cast.Carol.Email, "not-her-password");

        var answers = new List<(string Who, HttpStatusCode Status, string Body)>();
        foreach (var (email, password) in new[]
        {
            (Cast.Alice.Email, "not-her-password"), ("nobody@example.com", "not-her-password"), (Cast.Bob.Email, Cast.Bob.Password), (Cast.Carol.Email, Cast.Carol.Password),
        })
        {
            var answer = await http.SignIn(email, password);
            var body = (await answer.Content.ReadAsStringAsync(Ct)).Replace(email, "EMAIL", StringComparison.Ordinal);
            answers.Add((email, answer.StatusCode, Staff.Without(body, "__RequestVerificationToken\" value=\"[^\"]+\"")));
        }

        answers.Select(answer => answer.Status).Distinct().ShouldBe([HttpStatusCode.BadRequest]);
        answers.Select(answer => answer.Body).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task No_refusal_is_quicker_than_another()
    {
        await using var house = await House.Open();
        await house.Hire(Cast.Alice);
        var http = house.Client(new CookieContainer());
        var token = await http.Token("/sign-in");
        // Every refusal waits for the same moment; a machine that is slow only comes later.
        (await Quickest(Cast.Alice.Email, 3)).ShouldBeGreaterThan(590);
        (await Quickest("nobody@example.com", 3)).ShouldBeGreaterThan(590);

        async Task<double> Quickest(string email, int times)
        {
            var took = new List<double>();
            for (var n = 0; n < times; n++)
            {
                var started = Stopwatch.GetTimestamp();
                using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("Email", email), new("Password", "not-the-password")]);
                (await http.PostAsync("/sign-in", form, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
                took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return took.Min();
        }
    }

    [Fact]
    public async Task After_five_wrong_tries_an_account_rests_for_a_quarter_of_an_hour_however_many_come_at_once()
    {
        await using var house = await House.Open();
        await house.Hire(Cast.Alice);
        // Twenty at once, the right password among the last: counting after the fact would let all of them be tried.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await Tries.Reserve(house.Db, Cast.Alice.Email, house.Clock.GetUtcNow().UtcDateTime, Ct))!.Open));
        outcomes.Count(open => open).ShouldBe(Tries.Allowed);

        var http = house.Client(new CookieContainer());
        (await http.SignIn(Cast.Alice.Email, Cast.Alice.Password)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        house.Clock.Advance(TimeSpan.FromMinutes(14));
        (await http.SignIn(Cast.Alice.Email, Cast.Alice.Password)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        house.Clock.Advance(TimeSpan.FromMinutes(2));
        (await http.SignIn(Cast.Alice.Email, Cast.Alice.Password)).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/%09//evil.example\t")]
    [InlineData("javascript:alert(1)")]
    [InlineData("evil")]
    public void After_sign_in_nobody_is_sent_to_another_site(string returnUrl) => LocalAddress.Or(returnUrl, "/").ShouldBe("/");

    [Fact]
    public async Task A_page_that_needs_sign_in_leads_there_and_back()
    {
        await using var house = await House.Open();
        await house.Hire(Cast.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/settings/users?x=1") { Headers = { { "Accept", "text/html" } } };
        (await house.Http.SendAsync(request, Ct)).Headers.Location!.OriginalString.ShouldBe("/sign-in?returnUrl=%2Fsettings%2Fusers%3Fx%3D1");
        var http = house.Client(new CookieContainer());
        (await http.SignIn(Cast.Alice.Email, Cast.Alice.Password, "/settings/users?x=1")).Headers.Location!.OriginalString.ShouldBe("/settings/users?x=1");
        (await house.Client(new CookieContainer()).SignIn(Cast.Alice.Email, Cast.Alice.Password, "//evil.example")).Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task A_disabled_users_session_ends_within_a_minute_and_a_changed_role_arrives()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        var carol = await house.As(Cast.Carol);
        var bob = await house.As(Cast.Bob);
        var carolId = await house.Hire(Cast.Carol);
        var bobId = await house.Hire(Cast.Bob);
        (await carol.GetAsync("/settings/account", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await alice.Form("/settings/users", $"/settings/users/{carolId}/disable")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await alice.Form("/settings/users", $"/settings/users/{bobId}/role", ("Role", "viewer"))).StatusCode.ShouldBe(HttpStatusCode.Found);
        house.Clock.Advance(TimeSpan.FromSeconds(59));
        (await carol.GetAsync("/settings/account", Ct)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await bob.GetAsync("/settings/account", Ct)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await alice.GetAsync("/settings/users", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await carol.SignIn(Cast.Carol.Email, Cast.Carol.Password)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_last_admin_stays()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        var id = await house.Hire(Cast.Alice);
        var answer = await alice.Form("/settings/users", $"/settings/users/{id}/disable");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldContain("last admin");
        (await alice.Form("/settings/users", $"/settings/users/{id}/role", ("Role", "viewer"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await alice.Form("/settings/users", "/settings/users/u_none/disable")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_new_user_chooses_a_password_by_a_link_that_works_once_and_for_a_day()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        var answer = await alice.Form("/settings/users", "/settings/users", ("Email", Cast.Bob.Email), ("Name", "Bob"), ("Role", "manager"));
        var link = Staff.Seen(await answer.Content.ReadAsStringAsync(Ct), @"/set-password\?token=[\w-]+");
        link.ShouldNotBeEmpty();
        var token = link.Split('=')[1];
        var bob = house.Client(new CookieContainer());

        (await Choose("too short")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Choose("bob@example.com")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Choose("password123456")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Choose(Cast.Bob.Password)).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await bob.GetAsync(link, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await bob.SignIn(Cast.Bob.Email, Cast.Bob.Password)).StatusCode.ShouldBe(HttpStatusCode.Found);

        var late = await house.Cli("user", "reset", Cast.Bob.Email, "--json");
        late.Code.ShouldBe(0, late.Error);
        var fresh = new Uri(late.Json.GetProperty("link").GetString()!).PathAndQuery;
        house.Clock.Advance(TimeSpan.FromHours(25));
        (await bob.GetAsync(fresh, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        Task<HttpResponseMessage> Choose(string password) => bob.Form("/sign-in", "/set-password", ("Token", token), ("Password", password));
    }

    [Fact]
    public async Task The_first_admin_comes_by_a_token_that_works_once_and_only_while_there_is_nobody()
    {
        await using var house = await House.Open();
        var way = await house.Services.GetRequiredService<Welcome>().Prepare(house.Url, Ct);
        var token = way.Address!.Split("token=")[1];
        (await house.Db.OpenConnection().ExecuteScalarAsync<long>("select count(*) from one_time_links where encode(token_hash, 'escape') like '%' || @token || '%'", new { token })).ShouldBe(0);
        var one = house.Client(new CookieContainer());
        var two = house.Client(new CookieContainer());
        (await one.GetStringAsync("/sign-in", Ct)).ShouldContain("Nobody has an account here yet.");
        (await one.Form("/sign-in", "/first-admin", ("Token", "wrong"), ("Email", "mallory@example.com"), ("Password", "violet-harbour-42-lamps"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var outcomes = await Task.WhenAll(new[] { one, two }.Select((http, n) => http.Form("/sign-in", "/first-admin", ("Token", token), ("Email", $"first{n}@example.com"), ("Password", "violet-harbour-42-lamps"))));
        outcomes.Select(outcome => outcome.StatusCode).Order().ShouldBe([HttpStatusCode.Found, HttpStatusCode.BadRequest]);
        (await ListUsers.Run(house.Db, DateTime.UnixEpoch, Ct)).Single().Role.ShouldBe("admin");
        (await house.Client(new CookieContainer()).GetStringAsync("/sign-in", Ct)).ShouldNotContain("Nobody has an account");
        (await house.Services.GetRequiredService<Welcome>().Prepare(house.Url, Ct)).Address.ShouldBeNull();
    }

    [Fact]
    public async Task The_admin_can_come_from_the_settings()
    {
        await using var house = await House.Open(null, ("CS_ADMIN_EMAIL", Cast.Alice.Email), ("CS_ADMIN_PASSWORD", Cast.Alice.Password));
        (await house.Client(new CookieContainer()).SignIn(Cast.Alice.Email, Cast.Alice.Password)).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task Too_many_tries_from_one_address_are_429_with_whole_seconds()
    {
        await using var house = await House.Open();
        var http = house.Client(new CookieContainer());
        var token = await http.Token("/sign-in");
        HttpResponseMessage? last = null;
        for (var n = 0; n < 40 && last?.StatusCode != HttpStatusCode.TooManyRequests; n++)
        {
            last = await http.PostAsync("/set-password", new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("Token", "x"), new("Password", "y")]), Ct);
        }

        last!.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        last.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        (await house.Http.GetAsync("/healthz", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
