using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Webhooks.Deliveries;
using Dapper;

namespace CustomerSuccess.Tests.Webhooks;

public sealed class GitHubTests : IAsyncLifetime
{
    private House house = null!;
    private GitHubSender github = null!;

    public async ValueTask InitializeAsync()
    {
        house = await House.Open(settings: GitHubSender.Settings);
        github = new GitHubSender(house);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task All_of_GitHubs_own_examples_are_accepted_and_become_exactly_the_events_they_mean()
    {
        var answers = new List<(string Kind, string Status)>();
        foreach (var (name, payload) in GitHubSender.Examples())
        {
            var (status, body) = await github.Deliver(name, payload);
            status.ShouldBe(HttpStatusCode.Accepted, $"{name} {payload[..Math.Min(200, payload.Length)]}");
            answers.Add((name, body.GetProperty("status").GetString()!));
        }

        answers.Count.ShouldBe(329);
        answers.Count(answer => answer.Status == "failed").ShouldBe(0);
        answers.Where(answer => answer.Status == "stored").GroupBy(answer => answer.Kind).Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal)
            .ShouldBe(["installation 2", "issues 2", "pull_request 6"]);
        // One example stands twice in the collection: the same body is the same delivery.
        (await Rows("select type || ' ' || count(*) from events where source = 'github' group by type order by 1")).ShouldBe(
            ["issue_tagged 2", "onboarding_step_first_issue_tagged 2", "onboarding_step_first_pr_generated 4", "onboarding_step_github_action_installed 2", "pr_generated 4", "pr_rejected 2"]);
        (await Rows("select outcome || ' ' || sum(total) from webhook_counts group by outcome order by 1")).ShouldContain($"stored {answers.Count(answer => answer.Status == "stored")}");
    }

    [Fact]
    public async Task The_life_of_a_pull_request_is_told_by_its_deliveries()
    {
        (await github.Deliver("installation", Installed("acme-dev"), "d-1")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await github.Deliver("pull_request", GitHubSender.Pull("opened", "Acme-Dev"), "d-2")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await github.Deliver("pull_request", GitHubSender.Pull("closed", "acme-dev", merged: true), "d-3")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await github.Deliver("pull_request", GitHubSender.Pull("closed", "acme-dev", number: 3), "d-4")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await Rows("select id || ' ' || type || ' ' || coalesce(properties ->> 'pr_url', properties ->> 'step') from events where subject = '~g:github:acme-dev' order by id")).ShouldBe([
            "d-2 pr_generated https://github.com/Acme-Dev/api/pull/2",
            "d-3 pr_merged https://github.com/acme-dev/api/pull/2",
            "d-4 pr_rejected https://github.com/acme-dev/api/pull/3",
            "step:d-1 onboarding_step_github_action_installed github_action_installed",
            "step:d-2 onboarding_step_first_pr_generated first_pr_generated",
        ]);
        (await Rows("select occurred_at::text from events where id = 'd-2'")).ShouldBe(["2019-05-15 15:20:33+00"], "when it happened, not when it came");
    }

    [Fact]
    public async Task Another_label_and_other_peoples_pull_requests_are_counted_and_let_go()
    {
        var issue = GitHubSender.Example("issues", "labeled");
        issue["label"]!["name"] = "documentation";
        (await github.Deliver("issues", issue)).Body.GetProperty("reason").GetString()!.ShouldContain("'documentation', not 'bug'");
        issue["label"]!["name"] = "BUG";
        (await github.Deliver("issues", issue)).Body.GetProperty("status").GetString().ShouldBe("stored");
        var pull = GitHubSender.Pull("opened", "acme-dev");
        pull["pull_request"]!["user"]!["login"] = "somebody";
        (await github.Deliver("pull_request", pull)).Body.GetProperty("reason").GetString()!.ShouldContain("somebody");
        pull["pull_request"]!["user"]!["login"] = "Codertocat[bot]";
        (await github.Deliver("pull_request", pull)).Body.GetProperty("status").GetString().ShouldBe("stored");
        pull["pull_request"]!["user"]!["login"] = "somebody";
        pull["pull_request"]!["performed_via_github_app"] = new JsonObject { ["slug"] = "codertocat" };
        (await github.Deliver("pull_request", pull)).Body.GetProperty("status").GetString().ShouldBe("stored");
        (await Rows("select kind || ' ' || outcome || ' ' || reason || ' ' || total from webhook_counts order by 1")).ShouldBe(
            ["issues.labeled ignored other_label 1", "issues.labeled stored  1", "pull_request.opened ignored not_the_app 1", "pull_request.opened stored  2"]);
    }

    [Fact]
    public async Task A_delivery_sent_again_is_stored_once_under_its_own_id_or_another()
    {
        var pull = GitHubSender.Pull("opened", "acme-dev");
        (await github.Deliver("pull_request", pull, "d-1")).Body.GetProperty("status").GetString().ShouldBe("stored");
        (await github.Deliver("pull_request", pull, "d-1")).Body.GetProperty("status").GetString().ShouldBe("duplicate");
        // The id is not signed: who recorded a delivery may send it under a new one.
        (await github.Deliver("pull_request", pull, "d-2")).Body.GetProperty("status").GetString().ShouldBe("duplicate");
        (await Rows("select count(*)::text from events where source = 'github'")).ShouldBe(["2"]);
        (await Rows("select delivery_id || ' ' || times from webhook_deliveries")).ShouldBe(["d-1 3"]);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => github.Deliver("pull_request", GitHubSender.Pull("closed", "acme-dev"), "d-3")));
        (await Rows("select delivery_id || ' ' || times from webhook_deliveries order by 1")).ShouldBe(["d-1 3", "d-3 20"]);
        (await Rows("select count(*)::text from events where source = 'github'")).ShouldBe(["3"]);
    }

    [Fact]
    public async Task A_delivery_that_was_captured_is_none_after_years_either()
    {
        var (pull, ping) = (GitHubSender.Pull("opened", "acme-dev"), "{\"zen\":\"Keep it logically awesome.\"}");
        await github.Deliver("pull_request", pull, "d-1");
        await github.Deliver("ping", ping, "d-2");
        house.Clock.Advance(TimeSpan.FromDays(400));
        (await ForgetOld.Run(house.Db, house.Clock.GetUtcNow().UtcDateTime, default)).ShouldBe("2 deliveries forgotten");
        (await Rows("select delivery_id from webhook_deliveries")).ShouldBeEmpty();
        (await github.Deliver("pull_request", pull, "d-9")).Body.GetProperty("status").GetString().ShouldBe("duplicate");
        (await github.Deliver("ping", ping, "d-2")).Body.GetProperty("status").GetString().ShouldBe("duplicate");
        (await Rows("select count(*)::text from events where source = 'github'")).ShouldBe(["2"]);
        (await Rows("select delivery_id from webhook_deliveries")).ShouldBeEmpty();
        (await github.Deliver("pull_request", GitHubSender.Pull("closed", "acme-dev"), "d-1")).Body.GetProperty("status").GetString().ShouldBe("stored", "another body is another delivery");
    }

    [Fact]
    public async Task A_form_with_the_field_payload_is_as_good_as_JSON()
    {
        var form = "payload=" + WebUtility.UrlEncode(GitHubSender.Pull("opened", "acme-dev").ToJsonString());
        (await github.Deliver("pull_request", form, type: "application/x-www-form-urlencoded")).Body.GetProperty("status").GetString().ShouldBe("stored");
        (await Rows("select properties ->> 'repository' from events where type = 'pr_generated'")).ShouldBe(["acme-dev/api"]);
    }

    [Fact]
    public async Task Forged_deliveries_are_refused_and_leave_nothing_but_a_count()
    {
        var body = GitHubSender.Pull("opened", "acme-dev").ToJsonString();
        var good = GitHubSender.Sign(body);
        string?[] forged =
        [
            null, "", good[..^1], good + "0", good.ToUpperInvariant(), good["sha256=".Length..], "sha1=" + good[7..], "sha256=" + new string('0', 64),
            GitHubSender.Sign(body, "another secret of somebody"), GitHubSender.Sign(body, ""), GitHubSender.Sign(body + " "), good + "," + good, "sha256=" + good,
            "sha512=" + good[7..],
        ];
        foreach (var signature in forged)
        {
            var (status, answer) = await github.Send(body, signature, "pull_request", "forged");
            status.ShouldBe(HttpStatusCode.Unauthorized, signature);
            answer.GetProperty("title").GetString().ShouldBe("The delivery is refused.");
        }

        var changed = body.Replace("acme-dev", "other-co", StringComparison.Ordinal);
        (await github.Send(changed, good, "pull_request", "forged")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await Rows("select count(*)::text from webhook_deliveries union all select count(*)::text from events union all select count(*)::text from receipts")).ShouldBe(["0", "0", "0"]);
        (await Wait.For(() => Rows("select reason || ' ' || total from webhook_counts where outcome = 'refused' order by 1"), counts => counts.Count >= 2))
            .ShouldBe(["bad_signature 13", "no_signature 2"]);
    }

    [Fact]
    public async Task Signed_nonsense_is_a_400_and_never_a_500()
    {
        foreach (var body in new[] { "", "{", "[1,", "nonsense", "payload=", "payload=%7B", new string('[', 2000) })
            (await github.Deliver("issues", body)).Status.ShouldBe(HttpStatusCode.BadRequest, body);
        foreach (var body in new[]
        {
            "[]", "null", "7", "{}", """{"action":7}""", """{"action":"labeled"}""", """{"action":"labeled","issue":[],"label":"bug","repository":7}""",
            """{"action":"labeled","issue":{"html_url":"https://x"},"label":{"name":"\ud800"},"repository":{"owner":{"login":"a\u0000b"}}}""",
            """{"action":"labeled","issue":{"html_url":"https://x/\u0000"},"label":{"name":"bug"},"repository":{"owner":{"login":"acme"}}}""",
            """{"action":"labeled","issue":{"html_url":"https://x/1","title":"half \ud800","number":1e400,"updated_at":"never"},"label":{"name":"bug"},"repository":{"owner":{"login":"acme"}}}""",
        })
            (await github.Deliver("issues", body)).Status.ShouldBe(HttpStatusCode.Accepted, body);
        (await github.Send("{}", GitHubSender.Sign("{}"), name: null)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await github.Send("{}", GitHubSender.Sign("{}"), id: "a b\tc")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await github.Send("{}", GitHubSender.Sign("{}"), id: new string('x', 200))).Status.ShouldBe(HttpStatusCode.BadRequest);
        var large = new string(' ', 5 * 1024 * 1024) + "{}";
        (await github.Deliver("issues", large)).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Without_a_secret_every_delivery_is_refused_with_the_name_of_the_setting()
    {
        await using var bare = await House.Open();
        var (status, answer) = await new GitHubSender(bare).Deliver("issues", "{}");
        status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.GetProperty("detail").GetString()!.ShouldContain("CS_GITHUB_WEBHOOK_SECRET");
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_a_503_and_the_delivery_can_come_again()
    {
        var pull = GitHubSender.Pull("opened", "acme-dev");
        (await github.Deliver("ping", "{}")).Status.ShouldBe(HttpStatusCode.Accepted);
        await using (var holder = await house.Db.OpenConnectionAsync())
        await using (var held = await holder.BeginTransactionAsync())
        {
            await holder.ExecuteAsync("lock table webhook_deliveries in access exclusive mode", transaction: held);
            // It is answered while the table is still held.
            (await github.Deliver("pull_request", pull, "d-1")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        (await github.Deliver("pull_request", pull, "d-1")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await Rows("select count(*)::text from events where source = 'github'")).ShouldBe(["2"]);
    }

    [Fact]
    public async Task A_pull_request_counts_once_whether_the_Action_or_GitHub_reports_it()
    {
        await house.Write(Story.Created("acme") with { Properties = JsonSerializer.Serialize(new { email = "a@acme.example", organization = "Acme", signup_date = "2019-01-01", github_username = "Acme-Dev" }) });
        await house.Write(Story.Event("acme", "issue_resolution", house.Clock.GetUtcNow().UtcDateTime, new { issue_url = "https://github.com/acme-dev/api/issues/1", pr_url = "https://github.com/acme-dev/api/pull/2", success = true, duration_ms = 1 }));
        await github.Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev"));
        (await Eventually("select prs_generated || ' ' || (select done from onboarding where customer_id = 'acme') from engagement where customer_id = 'acme'", "1 1")).ShouldBe("1 1");
    }

    [Fact]
    public async Task What_is_known_of_a_GitHub_name_waits_for_the_customer_who_has_it()
    {
        await github.Deliver("installation", Installed("Acme-Dev"));
        await github.Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev", 2));
        await github.Deliver("pull_request", GitHubSender.Pull("closed", "acme-dev", 2, merged: true));
        await house.Write(Story.Created("acme") with { Properties = JsonSerializer.Serialize(new { email = "a@acme.example", organization = "Acme", signup_date = "2019-01-01" }) });
        await house.Write(Story.Event("acme", "customer_updated", house.Clock.GetUtcNow().UtcDateTime, new { github_username = "ACME-dev" }));
        (await Eventually("select prs_generated || ' ' || prs_merged || ' ' || (select done from onboarding where customer_id = 'acme') from engagement where customer_id = 'acme'", "1 1 2")).ShouldBe("1 1 2");
        // Delivered again afterwards, it is still the same delivery.
        (await github.Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev", 2))).Body.GetProperty("status").GetString().ShouldBe("duplicate");
        var check = await house.Cli("rebuild", "--check");
        check.Code.ShouldBe(0, check.Out);
    }

    private static JsonObject Installed(string login)
    {
        var payload = GitHubSender.Example("installation", "created");
        payload["installation"]!["account"]!["login"] = login;
        return payload;
    }

    private async Task<List<string>> Rows(string sql)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(sql)];
    }

    private Task<string> Eventually(string sql, string expected) => Wait.For(async () => (await Rows(sql)).FirstOrDefault() ?? "", found => found == expected);
}
