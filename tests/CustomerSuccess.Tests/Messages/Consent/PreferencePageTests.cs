using System.Net;
using CustomerSuccess.Messages.Consent.Texts;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Messages.Consent;

public sealed class PreferencePageTests(House house) : IClassFixture<House>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int, bool> Screens => PagesTests.Screens;

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task It_fits_and_is_accessible_in_both_languages(int width, bool dark)
    {
        await house.Write(Story.Created("fits"));
        var token = house.Token("fits", "hello@fits.example");
        await using var reader = await Browser.Open(house, width: width, dark: dark);
        foreach (var page in new[] { $"/preferences/{token}?lang=en&done=saved", $"/preferences/{token}?lang=de", $"/unsubscribe/{token}?lang=en", $"/unsubscribe/{token}?lang=de", "/preferences/sample", "/preferences/nonsense" })
        {
            await reader.Go(page);
            await reader.NothingToComplain($"{page.Replace(token, "token")[1..].Replace('?', '-')} {width} {(dark ? "dark" : "light")}");
        }

        (await reader.Page.Context.CookiesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Choosing_works_without_a_script_and_without_cookies()
    {
        await house.Write(Story.Created("choose"));
        await using var reader = await Browser.Open(house, script: false);
        await reader.Go($"/preferences/{house.Token("choose", "hello@choose.example")}");
        await reader.Field("Product news").UncheckAsync();
        await reader.Button("Save").ClickAsync();
        await reader.Sees("Saved.");
        (await house.Chosen("choose", "hello@choose.example")).ShouldBe(new Dictionary<string, bool>(StringComparer.Ordinal) { ["product"] = false });
        (await reader.Field("Product news").IsCheckedAsync()).ShouldBeFalse();
        (await reader.Field("Your account").IsDisabledAsync()).ShouldBeTrue();

        await reader.Button("Unsubscribe from all").ClickAsync();
        await reader.Sees("unsubscribed from everything");
        (await house.Chosen("choose", "hello@choose.example")).Values.ShouldAllBe(wanted => !wanted);
        // Back again, one of them and then all.
        await reader.Field("Weekly summary").CheckAsync();
        await reader.Button("Save").ClickAsync();
        await reader.Sees("Saved.");
        (await house.Chosen("choose", "hello@choose.example"))["weekly_summary"].ShouldBeTrue();
        (await house.MailEvents("choose")).ShouldContain("email_resubscribed");
        (await reader.Page.Context.CookiesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Unsubscribing_by_the_link_is_a_page_and_a_press_of_a_button()
    {
        await house.Write(Story.Created("press"));
        await using var reader = await Browser.Open(house, script: false);
        await reader.Go($"/unsubscribe/{house.Token("press", "hello@press.example", "product")}?lang=de");
        await reader.Sees("Neues zum Produkt abbestellen?");
        (await house.Chosen("press", "hello@press.example")).ShouldBeEmpty();
        await reader.Button("Abbestellen").ClickAsync();
        await reader.Sees("Neues zum Produkt ist abbestellt");
        (await house.Chosen("press", "hello@press.example"))["product"].ShouldBeFalse();
    }

    [Fact]
    public async Task A_person_can_stop_all_mail_and_take_that_back()
    {
        await house.Write(Story.Created("stop"));
        await using var reader = await Browser.Open(house);
        await reader.Go($"/preferences/{house.Token("stop", "hello@stop.example")}");
        await reader.Page.GetByText("No mail to this address at all").ClickAsync();
        await reader.Button("Stop all mail").ClickAsync();
        await reader.Sees("We do not write to this address any more.");
        var mail = await house.Queue(Post.To("stop", "HELLO@stop.example", "account_created", "stop") with { Topic = "account" });
        await house.Becomes(mail!, States.Suppressed);
        await reader.Button("Write to me again").ClickAsync();
        await reader.Sees("We write to this address again.");
        (await house.MailEvents("stop")).ShouldBe(["email_suppressed", "email_unsuppressed"]);
    }

    [Fact]
    public async Task A_bounced_address_is_not_brought_back_by_its_link()
    {
        await house.Write(Story.Created("gone"));
        await using (var connection = await house.Db.OpenConnectionAsync(Ct))
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await house.Service<CustomerSuccess.Messages.Consent.Suppression.SuppressionList>().Add(
                connection, transaction, new("hello@gone.example", "hard_bounce"), CustomerSuccess.Messages.Consent.By.Provider("sendgrid"), Ct);
            await transaction.CommitAsync(Ct);
        }

        using var answer = await house.Http.PostAsync($"/preferences/{house.Token("gone", "hello@gone.example")}", new FormUrlEncodedContent([KeyValuePair.Create("do", "back")]), Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await house.One<long>("select count(*) from suppressions where email = 'hello@gone.example' and removed_at is null")).ShouldBe(1);
    }

    [Fact]
    public async Task Whatever_a_company_is_called_it_is_text()
    {
        const string Name = "<img src=x onerror=alert(1)>{{constructor}}\"'&";
        await house.Write(Story.Created("hostile"));
        await using (var connection = await house.Db.OpenConnectionAsync(Ct))
        {
            await Dapper.SqlMapper.ExecuteAsync(connection, "insert into settings (name, value, changed_at, changed_by) values ('brand', @value::jsonb, now(), 'test')",
                new { value = System.Text.Json.JsonSerializer.Serialize(new { company = Name, here = house.Url }) });
            await Dapper.SqlMapper.ExecuteAsync(connection, "insert into topics (topic, name, description, pace, changed_by) values ('hostile', @Name, @Name, 'planned', 'test')", new { Name });
        }

        foreach (var (email, language) in new[] { ("\"><script>alert(1)</script>@x.example", "en"), ("o'brien@x.example", "de"), ("😀@x.example", "<script>") })
        {
            var token = house.Token("hostile", email, "hostile");
            foreach (var path in new[] { $"/preferences/{token}?lang={Uri.EscapeDataString(language)}&done=unsubscribed", $"/unsubscribe/{token}" })
            {
                var page = await house.Http.Page(path);
                page.ShouldNotContain("<script");
                page.ShouldNotContain("<img");
            }
        }
    }

    [Fact]
    public void Both_languages_say_everything_and_the_browsers_own_comes_first()
    {
        foreach (var language in PageTexts.Languages) PageTexts.In(language).Words.Keys.Order(StringComparer.Ordinal).ShouldBe(PageTexts.In("en").Words.Keys.Order(StringComparer.Ordinal));
        PageTexts.For(null, "de-AT,de;q=0.9,en;q=0.8").Language.ShouldBe("de");
        PageTexts.For(null, "fr,en;q=0.5,de;q=0.7").Language.ShouldBe("de");
        PageTexts.For("en", "de").Language.ShouldBe("en");
        PageTexts.For(null, "de;q=0, *").Language.ShouldBe("en");
        PageTexts.For("xx", null).Language.ShouldBe("en");
        PageTexts.For(null, new string(',', 5000)).Language.ShouldBe("en");
    }
}
