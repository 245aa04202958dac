using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Http.Outgoing;
using CustomerSuccess.Webhooks.GitHub.Missed;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Webhooks;

/// <summary>What GitHub could not deliver is fetched from a GitHub that has bad days.</summary>
public sealed class MissedTests : IAsyncLifetime
{
    private static readonly string Pem = RSA.Create(2048).ExportRSAPrivateKeyPem();
    private FakeGitHub github = null!;
    private House house = null!;

    private DateTime Now => house.Clock.GetUtcNow().UtcDateTime;

    public async ValueTask InitializeAsync()
    {
        github = await FakeGitHub.Start(House.FreePort());
        // Without the App's key in its settings no look is scheduled here: each test looks when it wants to.
        house = await House.Open(settings: [.. GitHubSender.Settings, ("CS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1")]);
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        await github.DisposeAsync();
    }

    [Fact]
    public async Task What_never_arrived_is_fetched_once_and_what_did_is_not()
    {
        await new GitHubSender(house).Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev", 1), "guid-1");
        github.Tried("guid-0", "pull_request", GitHubSender.Pull("opened", "acme-dev", 9), Now.AddDays(-4));
        github.Tried("guid-1", "pull_request", GitHubSender.Pull("opened", "acme-dev", 1), Now.AddHours(-3));
        github.Tried("guid-2", "pull_request", GitHubSender.Pull("opened", "acme-dev", 2), Now.AddHours(-2));
        github.Tried("guid-2", "pull_request", GitHubSender.Pull("opened", "acme-dev", 2), Now.AddHours(-1));
        github.Tried("guid-3", "push", GitHubSender.Pull("opened", "acme-dev", 3), Now.AddHours(-1));
        (await Look()).ShouldContain("1 missing deliveries fetched");
        (await Rows("select id from events where source = 'github' and type = 'pr_generated' order by 1")).ShouldBe(["guid-1", "guid-2"]);
        (await Rows("select delivery_id from webhook_deliveries where fetched")).ShouldBe(["guid-2"]);
        github.Asked.Count(each => each.Contains("/deliveries/", StringComparison.Ordinal)).ShouldBe(1);
        // Delivered after all: a duplicate.
        (await new GitHubSender(house).Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev", 2), "guid-2")).Body.GetProperty("status").GetString().ShouldBe("duplicate");

        house.Clock.Advance(TimeSpan.FromMinutes(15));
        github.Tried("guid-4", "pull_request", GitHubSender.Pull("closed", "acme-dev", 2, merged: true), Now.AddMinutes(-7));
        (await Look()).ShouldContain("1 missing deliveries fetched");
        (await Look()).ShouldContain("0 missing deliveries fetched");
        (await Rows("select id from events where type = 'pr_merged'")).ShouldBe(["guid-4"]);
    }

    [Fact]
    public async Task Every_page_is_read_back_to_the_last_look()
    {
        github.PerPage = 10;
        for (var n = 0; n < 95; n++) github.Tried($"guid-{n}", "pull_request", GitHubSender.Pull("opened", "acme-dev", n + 1), Now.AddMinutes(n - 100));
        (await Look()).ShouldContain("95 missing deliveries fetched");
        github.Asked.Count(each => !each.Contains("/deliveries/", StringComparison.Ordinal)).ShouldBe(10);
        github.Asked.Clear();
        house.Clock.Advance(TimeSpan.FromMinutes(15));
        (await Look()).ShouldContain("0 missing deliveries fetched");
        github.Asked.Count.ShouldBe(1, "nothing newer than the last look");
    }

    [Fact]
    public async Task A_bad_moment_of_GitHub_is_tried_again()
    {
        github.Tried("guid-1", "pull_request", GitHubSender.Pull("opened", "acme-dev"), Now.AddHours(-2));
        github.Moods.Enqueue(answer => answer.StatusCode = 500);
        github.Moods.Enqueue(answer => answer.StatusCode = 502);
        (await Look()).ShouldContain("1 missing deliveries fetched");
        house.Clock.Advance(TimeSpan.FromMinutes(15));
        for (var n = 0; n < 4; n++) github.Moods.Enqueue(answer => answer.StatusCode = 503);
        (await Should.ThrowAsync<HttpRequestException>(async () => await Look())).Message.ShouldContain("503");
        github.Tried("guid-2", "pull_request", GitHubSender.Pull("opened", "acme-dev", 7), Now.AddMinutes(-14));
        (await Look()).ShouldContain("1 missing deliveries fetched", customMessage: "the failed look did not count as one");
    }

    [Theory]
    [InlineData(403, "x-ratelimit-reset")]
    [InlineData(429, "x-ratelimit-reset")]
    [InlineData(403, "Retry-After")]
    [InlineData(429, "Retry-After")]
    [InlineData(429, "")]
    public async Task A_limit_is_obeyed(int status, string how)
    {
        github.Tried("guid-1", "pull_request", GitHubSender.Pull("opened", "acme-dev"), Now.AddHours(-2));
        github.Moods.Enqueue(answer =>
        {
            answer.StatusCode = status;
            if (how == "Retry-After") answer.Headers.RetryAfter = "1200";
            if (how == "x-ratelimit-reset") (answer.Headers["x-ratelimit-remaining"], answer.Headers["x-ratelimit-reset"]) = ("0", house.Clock.GetUtcNow().AddMinutes(20).ToUnixTimeSeconds().ToString());
        });
        (await Look()).ShouldContain("wait until");
        (await Look()).ShouldContain("waits until");
        github.Asked.Count.ShouldBe(1);
        house.Clock.Advance(TimeSpan.FromMinutes(21));
        (await Look()).ShouldContain("1 missing deliveries fetched");
    }

    [Fact]
    public async Task What_GitHub_no_longer_has_is_noted_and_not_asked_for_again()
    {
        github.Tried("guid-1", "pull_request", null, Now.AddHours(-2));
        github.Tried("guid-2", "pull_request", GitHubSender.Pull("opened", "acme-dev"), Now.AddHours(-1));
        (await Look()).ShouldContain("1 missing deliveries fetched");
        (await Rows("select outcome || ' ' || reason from webhook_deliveries where delivery_id = 'guid-1'")).ShouldBe(["failed gone"]);
        await Rows("delete from webhook_checks returning ''");
        github.Asked.Clear();
        await Look();
        github.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_App_says_who_it_is_with_a_key_that_GitHub_can_check()
    {
        await Look();
        var parts = github.Authorization!["Bearer ".Length..].Split('.');
        using var key = RSA.Create();
        key.ImportFromPem(Pem);
        key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        var claims = JsonElement.Parse(Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])));
        claims.GetProperty("iss").GetString().ShouldBe("12345");
        var (iat, exp) = (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64());
        iat.ShouldBeLessThan(house.Clock.GetUtcNow().ToUnixTimeSeconds());
        (exp - iat).ShouldBeLessThanOrEqualTo(600, "GitHub refuses what is good for longer than ten minutes");
    }

    [Fact]
    public async Task A_hook_of_a_repository_is_asked_with_a_token()
    {
        await using var other = await FakeGitHub.Start(House.FreePort(), "repos/acme/api/hooks/77");
        other.Tried("guid-1", "pull_request", GitHubSender.Pull("opened", "acme-dev"), Now.AddHours(-2));
        (await Look(house, ("CS_GITHUB_API", other.Url), ("CS_GITHUB_TOKEN", "ghp_for_tests"), ("CS_GITHUB_HOOK", "repos/acme/api/hooks/77"))).ShouldContain("1 missing");
        other.Authorization.ShouldBe("Bearer ghp_for_tests");
    }

    [Fact]
    public async Task A_key_that_GitHub_does_not_accept_is_said_with_the_way_out()
    {
        github.Moods.Enqueue(answer => answer.StatusCode = 401);
        (await Should.ThrowAsync<Trouble>(async () => await Look())).Fix.ShouldContain("CS_GITHUB_APP_KEY");
        (await Rows("select outcome from webhook_checks")).Single().ShouldContain("401");
    }

    [Fact]
    public async Task A_GitHub_inside_the_house_is_not_called_unless_the_operator_says_so()
    {
        await using var strict = await House.Open(settings: GitHubSender.Settings);
        (await Should.ThrowAsync<HttpRequestException>(async () => await Look(strict))).InnerException!.Message.ShouldContain("CS_ALLOW_PRIVATE_ADDRESSES");
        github.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_has_to_ask_for_a_look()
    {
        github.Tried("guid-1", "pull_request", GitHubSender.Pull("opened", "acme-dev"), Now.AddHours(-2));
        await using var working = await House.Open(settings:
            [.. GitHubSender.Settings, ("CS_GITHUB_API", github.Url), ("CS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1"), ("CS_GITHUB_APP_ID", "12345"), ("CS_GITHUB_APP_KEY", Pem.ReplaceLineEndings("\\n"))]);
        await using var connection = await working.Db.OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await Wait.For(() => connection.ExecuteScalarAsync<string?>("select delivery_id from webhook_deliveries where fetched"), id => id is not null)).ShouldBe("guid-1");
    }

    private Task<string> Look() => Look(house);

    private Task<string> Look(House of, params (string Name, string Value)[] settings)
    {
        (string, string)[] asApp = [("CS_GITHUB_API", github.Url), ("CS_GITHUB_APP_ID", "12345"), ("CS_GITHUB_APP_KEY", Pem)];
        var read = GitHubApiSettings.Read(new ConfigurationBuilder().AddInMemoryCollection((settings.Length > 0 ? settings : asApp).Select(each => KeyValuePair.Create(each.Item1, (string?)each.Item2))).Build());
        var api = new GitHubApi(of.Services.GetRequiredService<OutgoingHttp>(), read, of.Clock);
        return ActivatorUtilities.CreateInstance<FetchMissed>(of.Services, api).Run(TestContext.Current.CancellationToken);
    }

    private async Task<List<string>> Rows(string sql)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(sql)];
    }
}
