using System.Net;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;
using Dapper;

namespace CustomerSuccess.Tests.Webhooks;

/// <summary>Settings, Webhooks.</summary>
public sealed class WebhookPageTests : IAsyncLifetime
{
    private const string Page = "/settings/webhooks";
    private House house = null!;

    public async ValueTask InitializeAsync() => house = await House.Open();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task A_secret_entered_on_the_page_works_at_once_and_is_nowhere_in_clear()
    {
        var alice = await house.As(Cast.Alice);
        var github = new GitHubSender(house);
        (await github.Deliver("ping", "{}")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await alice.Form(Page, Page + "/github", ("Secret", GitHubSender.Secret), ("Label", "bug"), ("App", "codertocat[bot]"), ("Password", "not hers at all"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await github.Deliver("ping", "{}")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await alice.Form(Page, Page + "/github", ("Secret", GitHubSender.Secret), ("Label", "bug"), ("App", "codertocat[bot]"), ("Password", Cast.Alice.Password))).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await github.Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev"))).Body.GetProperty("status").GetString().ShouldBe("stored");

        // While it is rolled both work, and after the old one is removed only the new one.
        const string Next = "the next secret of the app";
        (await alice.Form(Page, Page + "/github", ("Secret", Next), ("Password", Cast.Alice.Password))).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "it holds blanks");
        (await alice.Form(Page, Page + "/github", ("Secret", Next.Replace(' ', '-')), ("Label", "bug"), ("App", "codertocat"), ("Password", Cast.Alice.Password))).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await github.Deliver("ping", "{\"a\":1}")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await github.Deliver("ping", "{\"a\":2}", secret: Next.Replace(' ', '-'))).Status.ShouldBe(HttpStatusCode.Accepted);
        var removal = Staff.Seen(await alice.Page(Page), "(?<=action=\")/settings/webhooks/github/secrets/[0-9a-f]+/removal");
        (await alice.Form(Page, removal)).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await github.Deliver("ping", "{\"a\":3}")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await github.Deliver("ping", "{\"a\":4}", secret: Next.Replace(' ', '-'))).Status.ShouldBe(HttpStatusCode.Accepted);

        var kept = string.Join('\n', await Rows("select value::text from settings union all select details::text from audit union all select target || action from audit"));
        kept.ShouldNotContain(GitHubSender.Secret);
        kept.ShouldNotContain(Next.Replace(' ', '-'));
        (await Rows("select action || ' ' || target || ' ' || details from audit where action like 'webhooks.%' order by seq")).Count.ShouldBe(3);
        (await house.Cli("audit", "verify")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_no_secret_of_Stripe_is_refused_before_it_is_kept()
    {
        var alice = await house.As(Cast.Alice);
        foreach (var wrong in new[] { "sk_live_0123456789abcdef", "whsec_short", "whsec_with a blank in it", new string('w', 300) })
        {
            var answer = await alice.Form(Page, Page + "/stripe", ("Secret", wrong), ("Password", Cast.Alice.Password));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("aria-invalid=\"true\"");
        }

        (await alice.Form(Page, Page + "/nobody", ("Secret", "x"), ("Password", Cast.Alice.Password))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Rows("select name from settings")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secret_made_here_is_shown_once_and_signs()
    {
        var alice = await house.As(Cast.Alice);
        var answer = await alice.Form(Page, Page + "/github", ("Make", "true"), ("Password", Cast.Alice.Password));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var made = Staff.Seen(await answer.Content.ReadAsStringAsync(), "(?<=<code id=\"made\"[^>]*>)[0-9a-f]{64}");
        (await new GitHubSender(house).Deliver("ping", "{}", secret: made)).Status.ShouldBe(HttpStatusCode.Accepted);
        (await alice.Page(Page)).ShouldNotContain(made);
    }

    [Theory]
    [InlineData(1440, false)]
    [InlineData(390, true)]
    public async Task The_page_waits_for_the_first_delivery_and_turns_green_by_itself(int width, bool dark)
    {
        await using var other = await House.Open(settings: [.. GitHubSender.Settings[..1], .. StripeSender.Settings]);
        await other.Hire(Cast.Alice);
        await other.Write(Story.Created("acme") with { Properties = """{"email":"a@acme.example","organization":"Acme","signup_date":"2019-01-01","github_username":"Acme-Dev"}""" });
        await using var alice = await Browser.Open(other, Cast.Alice, width, dark);
        await alice.Go(Page);
        await alice.Sees("GitHub: waiting for the first delivery…");
        await alice.NothingToComplain($"webhooks waiting {width}");
        await alice.Page.EvaluateAsync("window.stayed = true");
        var github = new GitHubSender(other);
        await github.Deliver("ping", """{"zen":"Keep it logically awesome.","hook_id":1}""");
        await alice.Sees("GitHub delivers");
        await alice.Sees("Stripe: waiting for the first delivery…");
        await github.Deliver("installation", GitHubSender.Example("installation", "created"));
        await github.Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev"));
        await github.Send("{}", "sha256=0");
        await new StripeSender(other).Deliver(new StripeSender(other).Event("evt_1", "invoice.paid", StripeSender.Invoice("in_1", 2900, 2900)));
        await alice.Sees("Stripe delivers");
        await alice.Sees("Which pull requests are the app's is not set");
        await alice.Sees("No customer has this GitHub name yet");
        await alice.Sees("wrong signature");
        (await alice.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue("the page must not have been loaded again");
        await alice.NothingToComplain($"webhooks delivering {width}");
    }

    [Fact]
    public async Task A_pull_request_of_the_app_shows_on_the_open_page_of_its_customer()
    {
        await using var other = await House.Open(settings: GitHubSender.Settings);
        await other.Hire(Cast.Carol);
        await other.Write(Story.Created("acme") with { Properties = """{"email":"a@acme.example","organization":"Acme","signup_date":"2019-01-01","github_username":"Acme-Dev"}""" });
        await using var carol = await Browser.Open(other, Cast.Carol);
        await carol.Go("/customers/acme");
        await carol.Sees("Timeline");
        await carol.Page.EvaluateAsync("window.stayed = true");
        await new GitHubSender(other).Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev", 214));
        await carol.Sees("Generated a PR");
        await carol.Sees("acme-dev/api #214");
        await carol.Sees("First PR generated");
        (await carol.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue("the page must not have been loaded again");
        await carol.NothingToComplain("customer with a pull request");
    }

    private async Task<List<string>> Rows(string sql)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(sql)];
    }
}
