using CustomerSuccess.Tests.Web;

namespace CustomerSuccess.Tests.Messages;

/// <summary>The pages about messages in their four variants, and what a person does there.</summary>
public sealed class MessagePagesTests(LivedInHouse lived) : IClassFixture<LivedInHouse>
{
    private static readonly string[] Pages =
    [
        "/messages", "/messages?state=unknown", "/messages?kind=nothing", "/messages?kind=weekly_summary&from=2025-01-01&limit=2", "/messages/m0001", "/messages/m0005", "/messages/m0009",
        "/messages/mailbox", "/settings/messages", "/customers/acme",
    ];

    [Theory]
    [MemberData(nameof(PagesTests.Screens), MemberType = typeof(PagesTests))]
    public async Task Every_page_about_messages_fits_and_is_accessible(int width, bool dark)
    {
        await using var alice = await Browser.Open(lived.House, Cast.Alice, width, dark);
        foreach (var page in Pages)
        {
            await alice.Go(page);
            await alice.NothingToComplain($"{page} {width} {(dark ? "dark" : "light")}");
        }
    }

    [Fact]
    public async Task The_log_follows_by_itself_and_a_person_sends_a_message_again()
    {
        await using var bob = await Browser.Open(lived.House, Cast.Bob);
        await bob.Go("/messages?customer=parallax");
        await lived.House.Queue(Post.To("parallax", "kim@parallax.example", "first_issue", "live"));
        await bob.Sees("kim@parallax.example");
        await bob.Go("/messages/m0005");
        await bob.Page.GetByText("Send again", new() { Exact = true }).First.ClickAsync();
        await bob.Sees("they may get it twice");
        await bob.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Send again" }).Last.ClickAsync();
        await bob.Sees("The message is in the queue again.");
        await bob.Sees("asked for by");
    }

    [Fact]
    public async Task A_mail_in_the_mailbox_is_shown_in_a_frame_that_runs_nothing()
    {
        await using var carol = await Browser.Open(lived.House, Cast.Carol);
        await carol.Go("/messages/mailbox?mail=m0004");
        await carol.Sees("List-Unsubscribe");
        (await carol.Page.FrameLocator("iframe").Locator("h1").TextContentAsync()).ShouldBe("Your week");
        (await carol.Page.Locator("iframe").GetAttributeAsync("sandbox")).ShouldBe("");
    }
}
