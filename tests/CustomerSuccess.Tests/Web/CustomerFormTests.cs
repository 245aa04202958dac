using System.Net;
using CustomerSuccess.Tests.Access;

namespace CustomerSuccess.Tests.Web;

/// <summary>The page of a customer in the browser of staff, without a script: what they see, and what their forms do.</summary>
public sealed class CustomerFormTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task A_manager_works_with_plain_forms()
    {
        var api = await Machine.With(house, "admin");
        var nasty = "<script>alert(1)</script> & \"Søn\"";
        await api.Post("/api/v1/customers", new { id = "formed", email = "f@formed.test", organization = nasty });
        using var bob = await house.As(Cast.Bob);

        (await Send(bob, "formed", "notes", ("Text", "Called\nthem"))).ShouldContain("The note is saved.");
        (await Send(bob, "formed", "notes", ("Text", " "))).ShouldContain("Nothing was saved");
        (await Send(bob, "formed", "notes")).ShouldContain("Nothing was saved");
        var blocked = await Send(bob, "formed", "blocker", ("Type", "github_permissions"), ("Notes", "cannot <b>create</b> PRs"));
        blocked.ShouldContain("Repository permissions");
        blocked.ShouldContain("by Bob Manager");
        (await Send(bob, "formed", "blocker/clear")).ShouldContain("The blocker is solved.");
        (await Send(bob, "formed", "onboarding/account_created", ("Done", "yes"))).ShouldContain("20 %");
        (await Send(bob, "formed", "people", ("Email", "kim@formed.test"), ("Name", "Kim"))).ShouldContain("Kim is saved.");
        (await Send(bob, "formed", "people/remove", ("Person", "kim@formed.test"))).ShouldContain("/customers/formed/people/restore?person=kim%40formed.test");
        (await Send(bob, "formed", "people/restore?person=kim%40formed.test")).ShouldContain("Kim is back.");
        (await Send(bob, "formed", "actions/technical_call", ("Title", "Schedule a technical call"), ("Outcome", "scheduled"), ("On", "2025-05-07"))).ShouldContain("Schedule a technical call: scheduled for May 7.");
        (await Send(bob, "formed", "archive")).ShouldContain("Bring it back");
        (await Send(bob, "formed", "archive/undo")).ShouldNotContain("Bring it back");

        var page = await bob.Page("/customers/formed");
        page.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        page.ShouldNotContain("<script>alert");
        page.ShouldNotContain("<b>create");
        foreach (var inline in new[] { " style=", "onclick", "javascript:" }) page.ShouldNotContain(inline);
        page[page.IndexOf("<main", StringComparison.Ordinal)..].Split("btn-primary").Length.ShouldBe(2, "one primary button");
        (await bob.Page("/customers/formed?days=90&type=staff&as_of=2025-05-01&before=nonsense")).ShouldContain("Timeline");
        (await bob.GetAsync("/customers/nobody")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_new_customer_is_made_and_changed_by_form_and_errors_stand_beside_their_fields()
    {
        using var bob = await house.As(Cast.Bob);
        var refused = await bob.Form("/customers/new", "/customers/new", ("organization", "Nova"), ("email", "nobody"), ("team_size", "many"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var text = await refused.Content.ReadAsStringAsync();
        text.ShouldContain("id=\"email-error\"");
        text.ShouldContain("id=\"team_size-error\"");
        text.ShouldContain("value=\"Nova\"");

        var made = await bob.Form("/customers/new", "/customers/new", ("organization", "Nova"), ("email", "zoe@nova.test"), ("id", "nova"), ("owner", Cast.Bob.Email), ("signup_date", "2025-05-01"), ("status", "active"), ("is_test", "false"));
        made.StatusCode.ShouldBe(HttpStatusCode.Redirect, await made.Content.ReadAsStringAsync());
        made.Headers.Location!.ToString().ShouldBe("/customers/nova");
        house.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var changed = await bob.Form("/customers/nova/edit", "/customers/nova/edit", ("organization", "Nova Ltd"), ("email", "zoe@nova.test"), ("mrr", "640.50"), ("status", "churned"), ("is_test", "false"));
        changed.StatusCode.ShouldBe(HttpStatusCode.Redirect, await changed.Content.ReadAsStringAsync());
        var page = await bob.Page("/customers/nova");
        page.ShouldContain("Nova Ltd");
        page.ShouldContain("640.50 a month");
        page.ShouldContain("This customer has left");
    }

    [Fact]
    public async Task A_viewer_sees_everything_and_changes_nothing()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "viewed", email = "v@viewed.test", organization = "Viewed" });
        using var carol = await house.As(Cast.Carol);
        var page = await carol.Page("/customers/viewed");
        page.ShouldContain("Viewed");
        page[page.IndexOf("<main", StringComparison.Ordinal)..].ShouldNotContain("method=\"post\"");
        (await carol.Form("/customers/viewed", "/customers/viewed/notes", ("Text", "x"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await carol.GetAsync("/customers/viewed/edit")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_live_stream_begins_with_the_state_and_follows()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "followed", email = "f@followed.test", organization = "Followed" });
        using var carol = await house.As(Cast.Carol);
        using var limit = new CancellationTokenSource(Wait.Longest);
        using var answer = await carol.GetAsync("/live/customers/followed", HttpCompletionOption.ResponseHeadersRead, limit.Token);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
        (await Until(reader, "Followed", limit.Token)).ShouldBeTrue();
        await api.Post("/api/v1/customers/followed/notes", new { text = "seen-by-carol" });
        (await Until(reader, "seen-by-carol", limit.Token)).ShouldBeTrue();
        (await carol.GetAsync("/live/customers/nobody")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<bool> Until(StreamReader reader, string text, CancellationToken ct)
    {
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private async Task<string> Send(HttpClient who, string customer, string form, params (string, string)[] fields)
    {
        house.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var answer = await who.Form($"/customers/{customer}", $"/customers/{customer}/{form}", fields);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, form);
        return await who.Page(answer.Headers.Location!.ToString().Split('#')[0]);
    }
}
