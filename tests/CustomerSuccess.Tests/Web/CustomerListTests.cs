using System.Net;
using System.Text.Json;
using Dapper;

namespace CustomerSuccess.Tests.Web;

/// <summary>The list finds, sorts and pages as its address says.</summary>
public sealed class CustomerListTests : IClassFixture<CustomerListTests.Full>
{
    private readonly Full full;

    public CustomerListTests(Full full) => this.full = full;

    /// <summary>A house with 130 customers of every kind, put straight where the list reads.</summary>
    public sealed class Full : IAsyncLifetime
    {
        public House House { get; } = new();

        public HttpClient Client { get; private set; } = default!;

        public async ValueTask InitializeAsync()
        {
            await House.InitializeAsync();
            await using var connection = await House.Db.OpenConnectionAsync();
            await connection.ExecuteAsync("""
                insert into standings (customer_id, organization, email, github_username, cohort, industry, plan, owner, mrr, signup_date, account_status, counted, archived, is_test,
                  stage, done, steps, completed_date, days_to_complete, days_to_value, blocker_type, prs_generated, prs_merged, days_active, last_active, score, band, status, changes)
                select 'c' || n, case when n % 10 = 0 then '100% "Söhne"_' || n else (array['Acme', 'zebra', 'Ox'])[n % 3 + 1] || ' ' || n / 2 end, 'a' || n || '@example.com', 'gh-' || n,
                  (array['VIP', 'Beta', ''])[n % 3 + 1], 'SaaS', '', (array['bob@example.com', ''])[n % 2 + 1], case when n % 4 > 0 then n % 7 * 100 end, date '2025-05-05' - n % 40,
                  (array['active', 'paused', 'churned'])[case when n % 13 = 0 then 3 else n % 2 + 1 end], n % 13 > 0 and n % 17 > 0 and n % 19 > 0, n % 17 = 0, n % 19 = 0,
                  'onboarding', n % 6, (1 << n % 6) - 1, case when n % 6 = 5 then date '2025-05-04' end, null, null, case when n % 9 = 0 then 'legal' else '' end,
                  n % 5, n % 3, 1, case when n % 8 > 0 then date '2025-05-05' - n % 35 end, n % 101,
                  case when n % 101 >= 85 then 'champion' when n % 101 >= 70 then 'healthy' when n % 101 >= 50 then 'needs_attention' else 'at_risk' end, 'healthy', 0
                from generate_series(1, 130) n;
                insert into customers (customer_id, email, organization, github_username, signup_date) select customer_id, email, organization, github_username, signup_date from standings;
                """);
            Client = await DashboardTests.Reader(House);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await House.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("name")]
    [InlineData("-name")]
    [InlineData("score")]
    [InlineData("-score")]
    [InlineData("progress")]
    [InlineData("active")]
    [InlineData("-active")]
    [InlineData("signup")]
    [InlineData("-mrr")]
    public async Task Pages_together_hold_every_customer_once_and_in_order(string sort)
    {
        var (seen, after) = (new List<string>(), "");
        for (var pages = 0; pages < 10; pages++)
        {
            var answer = await Json($"/api/v1/customers?sort={sort}{(after.Length > 0 ? "&after=" + Uri.EscapeDataString(after) : "")}");
            seen.AddRange(answer.GetProperty("customers").EnumerateArray().Select(each => each.GetProperty("id").GetString()!));
            if (answer.GetProperty("next").GetString() is not { } next) break;
            after = next;
        }

        var all = await Json($"/api/v1/customers?sort={sort}&size=100&account=");
        var total = all.GetProperty("total").GetInt32();
        seen.Count.ShouldBe(total);
        seen.Distinct().Count().ShouldBe(total);
        seen.Take(100).ShouldBe(all.GetProperty("customers").EnumerateArray().Select(each => each.GetProperty("id").GetString()!));
    }

    [Fact]
    public async Task The_page_before_is_the_page_one_came_from()
    {
        var first = await DashboardTests.Page(full.Client, "/customers?sort=-score");
        var second = await DashboardTests.Page(full.Client, first.QuerySelector("#page-next")!.GetAttribute("href")!);
        var back = await DashboardTests.Page(full.Client, second.QuerySelector("#page-previous")!.GetAttribute("href")!);
        string[] Names(AngleSharp.Dom.IDocument page) => page.QuerySelectorAll("tbody tr").Select(row => row.Id!).ToArray();
        Names(back).ShouldBe(Names(first));
        Names(second).Intersect(Names(first)).ShouldBeEmpty();
        back.QuerySelector("#page-previous")!.HasAttribute("href").ShouldBeFalse();
    }

    [Theory]
    [InlineData("q=100%25&account=all", 13)]
    [InlineData("q=_10&account=all", 2)]
    [InlineData("q=GH-77&account=all", 1)]
    [InlineData("q=c12&account=all", 11)]
    [InlineData("q=z&account=all", 39)]
    [InlineData("account=test", 6)]
    [InlineData("account=all&cohort=VIP&owner=-", 22)]
    [InlineData("account=all&blocker=legal", 14)]
    [InlineData("account=all&next=first_issue_tagged", 22)]
    [InlineData("account=all&onboarding=completed", 21)]
    public async Task Filters_narrow(string query, int expected) => (await Json("/api/v1/customers?" + query)).GetProperty("total").GetInt32().ShouldBe(expected);

    [Theory]
    [InlineData("?q=%00")]
    [InlineData("?q=%25%5C%27%22")]
    [InlineData("?sort=;drop&status=x&stage=%27&step=nope&account=nope")]
    [InlineData("?after=99~x")]
    [InlineData("?sort=score&after=2~c1abc")]
    [InlineData("?sort=-active&before=2~c1infinity")]
    [InlineData("?sort=mrr&after=2~c11e400")]
    [InlineData("?skip=-5&size=7")]
    public async Task Any_address_is_answered(string query)
    {
        (await full.Client.GetAsync("/customers" + query)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await full.Client.GetAsync("/api/v1/customers" + query)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_fragment_is_what_htmx_asks_for_and_its_address_is_short()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/customers?status=&stage=&owner=&cohort=VIP");
        request.Headers.Add("HX-Request", "true");
        request.Headers.Add("HX-Request-Type", "partial");
        var answer = await full.Client.SendAsync(request);
        answer.Headers.GetValues("HX-Push-Url").ShouldBe(["/customers?cohort=VIP"]);
        (await answer.Content.ReadAsStringAsync()).TrimStart().ShouldStartWith("<div id=\"list\"");
    }

    [Fact]
    public async Task What_is_left_out_of_totals_is_said()
    {
        var page = await DashboardTests.Page(full.Client, "/customers");
        page.QuerySelector("main")!.TextContent.ShouldContain("Not in these figures");
        page.QuerySelectorAll("[style], style, script:not([src])").ShouldBeEmpty();
    }

    private async Task<JsonElement> Json(string path) => JsonDocument.Parse(await full.Client.GetStringAsync(path)).RootElement;
}
