using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Onboarding.Widget;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Tests.Events;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Widget;

/// <summary>Whose checklist is shown is what the company's server signed, and nothing else opens one.</summary>
public sealed class TokenTests(House house) : IClassFixture<House>
{
    private async Task<(HttpStatusCode Status, string Body)> Ask(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/widget/state");
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var answer = await house.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_signed_token_opens_its_customers_checklist_and_nobody_elses()
    {
        var secret = await house.Secret();
        await house.Write(Story.Created("tok-a"), Story.Created("tok-b"));
        var (status, body) = await Ask(house.Sign(secret, "tok-a", ("person", "ann"), ("iat", house.Clock.GetUtcNow().ToUnixTimeSeconds())));
        status.ShouldBe(HttpStatusCode.OK, body);
        var json = JsonElement.Parse(body);
        json.GetProperty("expires_in").GetInt32().ShouldBeInRange(3500, 3600);
        json.GetProperty("state").GetProperty("total").GetInt32().ShouldBe(16);
        // Nothing that is only ours to know.
        foreach (var word in new[] { "stuck", "\"by\"", "health", "mrr", "owner", "hello@" }) body.ShouldNotContain(word);
        (await Ask(house.Sign(secret, "tok-a", ("aud", new[] { "other", "customer-success-widget" })))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whatever_is_wrong_with_a_token_is_refused_alike()
    {
        var secret = await house.Secret();
        await house.Write(Story.Created("tok-c"), Story.Created("tok-gone"));
        await house.Write(Story.Event("tok-gone", "customer_updated", Story.Start.AddHours(1), new { archived_at = "2026-03-01T01:00:00Z" }));
        var now = house.Clock.GetUtcNow().ToUnixTimeSeconds();
        var good = house.Sign(secret, "tok-c");
        (await Ask(good)).Status.ShouldBe(HttpStatusCode.OK);
        var claims = $$"""{"sub":"tok-c","aud":"customer-success-widget","exp":{{now + 60}}}""";
        var parts = good.Split('.');
        var wrong = new Dictionary<string, string?>
        {
            ["none at all"] = null,
            ["empty"] = "",
            ["no token"] = "abc",
            ["two parts"] = parts[0] + "." + parts[1],
            ["four parts"] = good + ".x",
            ["another secret"] = house.Sign("csw_another-installation", "tok-c"),
            ["the empty secret"] = house.Sign("", "tok-c"),
            ["another customer under this signature"] = parts[0] + "." + Tokens.Part(Encoding.UTF8.GetBytes(claims)) + "." + parts[2],
            ["no signature"] = parts[0] + "." + parts[1] + ".",
            ["alg none"] = Tokens.Part("""{"alg":"none"}"""u8.ToArray()) + "." + Tokens.Part(Encoding.UTF8.GetBytes(claims)) + ".",
            ["alg none, signed"] = Tokens.Raw(secret, """{"alg":"none"}""", claims),
            ["alg HS512"] = Tokens.Raw(secret, """{"alg":"HS512"}""", claims),
            ["no alg"] = Tokens.Raw(secret, """{"typ":"JWT"}""", claims),
            ["two algs"] = Tokens.Raw(secret, """{"alg":"HS256","alg":"none"}""", claims),
            ["something critical"] = Tokens.Raw(secret, """{"alg":"HS256","crit":["x"],"x":1}""", claims),
            ["no object"] = Tokens.Raw(secret, """{"alg":"HS256"}""", "[]"),
            ["no JSON"] = Tokens.Raw(secret, """{"alg":"HS256"}""", "{"),
            ["half a character"] = Tokens.Raw(secret, """{"alg":"HS256"}""", claims.Replace("tok-c", "\\ud800", StringComparison.Ordinal)),
            ["two subjects"] = Tokens.Raw(secret, """{"alg":"HS256"}""", claims.Replace("{", "{\"sub\":\"tok-gone\",", StringComparison.Ordinal)),
            ["padding"] = good + "=",
            ["expired"] = house.Sign(secret, "tok-c", ("exp", now - 1)),
            ["expires now"] = house.Sign(secret, "tok-c", ("exp", now - 0.5)),
            ["never expires"] = house.Sign(secret, "tok-c", ("exp", null)),
            ["expires as a word"] = house.Sign(secret, "tok-c", ("exp", $"{now + 60}")),
            ["expires in two days"] = house.Sign(secret, "tok-c", ("exp", now + 2 * 86400)),
            ["expires at the end of time"] = house.Sign(secret, "tok-c", ("exp", 1e300)),
            ["from tomorrow on"] = house.Sign(secret, "tok-c", ("nbf", now + 3600)),
            ["made in the future"] = house.Sign(secret, "tok-c", ("iat", now + 3600)),
            ["another audience"] = house.Sign(secret, "tok-c", ("aud", "session")),
            ["no audience"] = house.Sign(secret, "tok-c", ("aud", null)),
            ["nobody"] = house.Sign(secret, "", ("sub", "")),
            ["a number for a customer"] = house.Sign(secret, "", ("sub", 7)),
            ["no such customer"] = house.Sign(secret, "tok-nobody"),
            ["an archived customer"] = house.Sign(secret, "tok-gone"),
            ["a person of two lines"] = house.Sign(secret, "tok-c", ("person", "a\nb")),
            ["a person that is none"] = house.Sign(secret, "tok-c", ("person", 7)),
            ["very long"] = house.Sign(secret, "tok-c", ("more", new string('x', 3000))),
            ["an API key"] = await house.Key("admin"),
        };
        var answers = new List<string>();
        foreach (var (what, token) in wrong)
        {
            var (status, body) = await Ask(token);
            status.ShouldBe(HttpStatusCode.Unauthorized, what);
            answers.Add(JsonElement.Parse(body).GetProperty("title").GetString() + JsonElement.Parse(body).GetProperty("detail").GetString());
            using var frame = await house.Http.GetAsync("/widget/frame?token=" + Uri.EscapeDataString(token ?? ""));
            (frame.StatusCode, (await frame.Content.ReadAsStringAsync()).Contains("<script", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Unauthorized, false), what);
        }

        answers.Distinct().ShouldHaveSingleItem("what is wrong is told to nobody");
        foreach (var path in new[] { "/widget/tasks", "/widget/help" })
        {
            using var content = new StringContent("""{"task":"watch_intro","action":"complete","id":"12345678"}""", Encoding.UTF8, "application/json");
            using var act = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Headers = { Authorization = new AuthenticationHeaderValue("Bearer", wrong["another secret"]) } };
            (await house.Http.SendAsync(act)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        }
    }

    [Fact]
    public async Task While_a_secret_is_replaced_both_work_and_then_only_the_new_one()
    {
        await using var own = await House.Open();
        await own.Write(Story.Created("acme"));
        async Task<HttpStatusCode> With(string secret)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/widget/state") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", own.Sign(secret, "acme")) } };
            return (await own.Http.SendAsync(request)).StatusCode;
        }

        var (first, second) = (await own.Secret(), await own.Secret());
        ((await With(first)), (await With(second))).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        own.Clock.Advance(ChangeWidget.Overlap + TimeSpan.FromMinutes(1));
        ((await With(first)), (await With(second))).ShouldBe((HttpStatusCode.Unauthorized, HttpStatusCode.OK));
        var third = await own.Secret();
        (await With(second)).ShouldBe(HttpStatusCode.OK);
        (await own.Services.GetRequiredService<ChangeWidget>().EndOld(Tokens.Staff, default)).ShouldBeTrue();
        ((await With(second)), (await With(third))).ShouldBe((HttpStatusCode.Unauthorized, HttpStatusCode.OK));

        // Kept sealed, and the audit log knows of it without it.
        await using var command = own.Db.CreateCommand("select value::text || (select string_agg(action || details::text, ' ') from audit where action like 'widget.%') from settings where name = 'widget'");
        var kept = (string)(await command.ExecuteScalarAsync())!;
        foreach (var secret in new[] { first, second, third }) kept.ShouldNotContain(secret[4..]);
        kept.ShouldContain("widget.secret-made");
        kept.ShouldContain("widget.secret-ended");
    }

    [Fact]
    public async Task A_token_is_made_by_the_api_and_the_command_line_too()
    {
        await using var own = await House.Open();
        await own.Write(Story.Created("acme"));
        var admin = await Machine.With(own, "admin");
        (await admin.Post("/api/v1/widget/tokens", new { customer_id = "acme" })).Json.GetProperty("detail").GetString()!.ShouldContain("no secret yet");
        (await own.Cli("widget", "token", "acme")).Error.ShouldContain("./cs widget secret");
        (await own.Cli("widget", "secret")).Out.ShouldStartWith("csw_");
        own.Services.GetRequiredService<KnownWidget>().Forget();

        var made = await admin.Post("/api/v1/widget/tokens", new { customer_id = "acme", person = "ann", hours = 2 });
        made.Status.ShouldBe(HttpStatusCode.OK);
        var printed = await own.Cli("widget", "token", "acme", "--person", "ann");
        foreach (var token in new[] { made.Json.GetProperty("token").GetString()!, printed.Out.Trim() })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/widget/state") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
            (await own.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK, token);
        }

        (await admin.Post("/api/v1/widget/tokens", new { customer_id = "nobody" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await admin.Post("/api/v1/widget/tokens", new { customer_id = "acme", hours = 25 })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await own.Cli("widget", "token", "nobody")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task The_examples_for_servers_make_tokens_that_work_and_stand_in_the_guide()
    {
        var secret = await house.Secret();
        await house.Write(Story.Created("tok-ex"));
        var guide = Repository.Read("docs/guide/widget.md");
        foreach (var (language, code) in TokenExamples.All) guide.ShouldContain(code, Case.Sensitive, language);
        string Code(string language) => TokenExamples.All.First(example => example.Language == language).Code;
        // Their clock is today's, ours is the test's.
        house.Services.GetRequiredService<KnownWidget>().Forget();
        await Check("node", "-e", Code("Node.js").Replace("Date.now()", Milliseconds(), StringComparison.Ordinal) + $"\nconsole.log(widgetToken('tok-ex', 'ann', '{secret}'))");
        await Check("python3", "-c", Code("Python").Replace("time.time()", Milliseconds() + "/1000", StringComparison.Ordinal) + $"\nprint(widget_token('tok-ex', 'ann', '{secret}'))");

        string Milliseconds() => house.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

        async Task Check(string program, string option, string code)
        {
            using var run = Process.Start(new ProcessStartInfo(program, [option, code]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var token = (await run.StandardOutput.ReadToEndAsync()).Trim();
            await run.WaitForExitAsync();
            (await Ask(token)).Status.ShouldBe(HttpStatusCode.OK, program);
        }
    }
}
