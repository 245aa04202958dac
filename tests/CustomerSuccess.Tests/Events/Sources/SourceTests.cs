using System.Net;
using CustomerSuccess.Events.Sources;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Events.Sources;

public sealed class SourceTests(House house) : IClassFixture<House>
{
    private KnownSources Known => house.Services.GetRequiredService<KnownSources>();

    [Fact]
    public async Task A_source_is_made_listed_and_ended_and_the_audit_log_knows()
    {
        var admin = await Machine.With(house, "admin");
        var made = await admin.Post("/api/v1/sources", new { name = "Website", kind = "posthog", origins = new[] { "https://App.example.com/", "https://*.example.org" } });
        made.Status.ShouldBe(HttpStatusCode.Created);
        var (id, key) = (made.Json.GetProperty("source_id").GetString()!, made.Json.GetProperty("write_key").GetString()!);
        key.ShouldMatch("^wk_[a-z2-9]{24}$");
        made.Json.GetProperty("origins").EnumerateArray().Select(one => one.GetString()).ShouldBe(["https://app.example.com", "https://*.example.org"]);

        (await Known.ByKey(key))!.SourceId.ShouldBe(id);
        (await admin.Get("/api/v1/sources")).Json.EnumerateArray().ShouldContain(one => one.GetProperty("write_key").GetString() == key);

        (await admin.Delete("/api/v1/sources/" + id)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await Known.ByKey(key)).ShouldBeNull();
        (await admin.Delete("/api/v1/sources/" + id)).Status.ShouldBe(HttpStatusCode.NotFound);
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.QueryAsync<string>("select action from audit where target = @target order by seq", new { target = "source:" + id }))
            .ShouldBe(["source.created", "source.revoked"]);
    }

    [Theory]
    [InlineData("name", "", "segment", null, null)]
    [InlineData("name", "a\nb", "segment", null, null)]
    [InlineData("kind", "a", "amplitude", null, null)]
    [InlineData("kind", "a", null, null, null)]
    [InlineData("origins", "a", "segment", "app.example.com", null)]
    [InlineData("origins", "a", "segment", "https://app.example.com/path", null)]
    [InlineData("origins", "a", "segment", "https://*", null)]
    [InlineData("origins", "a", "segment", "https://a*.example.com", null)]
    [InlineData("origins", "a", "segment", "javascript:alert(1)", null)]
    [InlineData("domain", "a", "plausible", null, "a\u0000b")]
    public async Task What_makes_no_sense_is_refused_and_named(string field, string? name, string? kind, string? origin, string? domain)
    {
        var answer = await (await Machine.With(house, "admin")).Post("/api/v1/sources", new { name, kind, origins = origin is null ? null : new[] { origin }, domain });
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Problem(field).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_command_line_does_the_same()
    {
        var made = await house.Cli("source", "add", "--name", "Server", "--kind", "segment", "--json");
        made.Code.ShouldBe(0, made.Error);
        var (id, key) = (made.Json.GetProperty("source_id").GetString()!, made.Json.GetProperty("write_key").GetString()!);
        (await house.Cli("source", "list")).Out.ShouldContain(key);
        (await house.Cli("source", "revoke", id)).Code.ShouldBe(0);
        (await house.Cli("source", "revoke", id)).Code.ShouldBe(1);
        (await house.Cli("source", "add", "--name", "Server", "--kind", "fax")).Error.ShouldContain("segment");
    }

    [Fact]
    public async Task A_domain_nobody_added_is_listed_once_can_be_blocked_and_taken_over()
    {
        var seen = (await Known.ByDomain("Shop.example", "plausible"))!;
        (seen.CreatedBy, seen.Domain, seen.WriteKey).ShouldBe((Source.Discovered, "shop.example", null));
        (await Known.ByDomain("shop.example", "plausible"))!.SourceId.ShouldBe(seen.SourceId);

        (await house.Cli("source", "revoke", seen.SourceId)).Code.ShouldBe(0);
        Known.Forget(seen);
        (await Known.ByDomain("shop.example", "plausible")).ShouldBeNull();

        (await house.Cli("source", "add", "--name", "Shop", "--kind", "plausible", "--domain", "shop.example")).Code.ShouldBe(0);
        Known.Forget(seen);
        var taken = (await Known.ByDomain("shop.example", "plausible"))!;
        (taken.SourceId, taken.Name).ShouldBe((seen.SourceId, "Shop"));
        (await Known.ByKey(taken.WriteKey!))!.SourceId.ShouldBe(seen.SourceId);
        (await house.Cli("source", "add", "--name", "Again", "--kind", "umami", "--domain", "shop.example")).Error.ShouldContain("has a source already");
    }

    [Fact]
    public async Task A_flood_of_made_up_domains_lists_a_hundred_and_a_setting_refuses_them()
    {
        await using var other = await House.Open(null, ("CS_UNKNOWN_SOURCES", "refuse"));
        (await other.Services.GetRequiredService<KnownSources>().ByDomain("nobody.example", "plausible")).ShouldBeNull();

        await using var open = await House.Open();
        var known = open.Services.GetRequiredService<KnownSources>();
        for (var n = 0; n < KnownSources.MostDiscovered + 5; n++) (await known.ByDomain($"made-up-{n}.example", "plausible")).ShouldNotBeNull();
        (await ListSources.Run(open.Db, default)).Count.ShouldBe(KnownSources.MostDiscovered);
    }

    [Fact]
    public async Task When_a_source_last_sent_is_written_down_behind_the_answers()
    {
        var seen = (await Known.ByDomain("counted.example", "plausible"))!;
        var use = house.Services.GetRequiredService<RecordSourceUse>();
        use.Note(seen.SourceId, 3);
        use.Note(seen.SourceId, 4);
        await use.Run(default);
        var row = (await ListSources.Run(house.Db, default)).Single(one => one.SourceId == seen.SourceId);
        (row.Events, row.FirstEventAt).ShouldBe((7, row.LastEventAt));
    }

    [Theory]
    [InlineData("https://app.example.com", "https://app.example.com", true)]
    [InlineData("https://app.example.com", "HTTPS://APP.example.com", true)]
    [InlineData("https://app.example.com", "http://app.example.com", false)]
    [InlineData("https://app.example.com", "https://app.example.com:8443", false)]
    [InlineData("https://app.example.com", null, false)]
    [InlineData("https://app.example.com", "null", false)]
    [InlineData("https://*.example.com", "https://a.b.example.com", true)]
    [InlineData("https://*.example.com", "https://example.com", false)]
    [InlineData("https://*.example.com", "https://.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com/.example.com", false)]
    [InlineData("https://*.example.com", "https://evilexample.com", false)]
    [InlineData("", "https://anything.example", true)]
    [InlineData("", null, true)]
    public void A_page_may_use_a_key_only_where_its_origin_is_named(string allowed, string? origin, bool may) =>
        new Source("s", "n", "segment", "wk_x", allowed.Length == 0 ? [] : [allowed], null, default, "cli", null, null, null, 0).Allows(origin).ShouldBe(may);
}
