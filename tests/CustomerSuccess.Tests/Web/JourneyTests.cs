using System.IO.Compression;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Web;

/// <summary>What people do here on a morning, at a real browser.</summary>
public sealed class JourneyTests(LivedInHouse lived) : IClassFixture<LivedInHouse>
{
    private readonly House house = lived.House;

    [Fact]
    public async Task Bob_records_a_blocker_and_takes_it_back()
    {
        await using var bob = await Browser.Open(house, Cast.Bob);
        await bob.Go("/customers/parallax");
        await bob.Page.GetByText("Record a blocker").ClickAsync();
        await bob.Page.Locator("#block #Type").FillAsync("github_permissions");
        await bob.Page.Locator("#block #Notes").FillAsync("They wait for their <admin>.");
        await bob.Page.Locator("#block").GetByRole(AriaRole.Button, new() { Name = "Record" }).ClickAsync();
        await bob.Sees("The blocker is recorded.");
        await bob.Sees("They wait for their <admin>.");
        await bob.NothingToComplain("a blocked customer");
        (await Blocker()).ShouldBe("github_permissions");

        await bob.Button("Mark as solved").First.ClickAsync();
        await bob.Sees("Record a blocker");
        (await Blocker()).ShouldBe("");
    }

    [Fact]
    public async Task Bob_links_a_group_to_a_customer_and_takes_it_back()
    {
        await house.Write(Story.Event("nobody", "pr_merged", Story.Start, id: "from-elsewhere") with { CustomerId = null, Source = "segment", Actor = "source:s1", PersonId = "u-77", GroupId = "org-77" });
        await using var bob = await Browser.Open(house, Cast.Bob);
        await Wait.Until(async () =>
        {
            await bob.Go("/identities");
            return await bob.Page.GetByText("org-77").CountAsync() > 0;
        }, "the group among the unmatched");
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "Link to customer…: org-77" }).ClickAsync();
        await bob.Page.GetByPlaceholder("Name, email, GitHub name or id").FillAsync("parallax");
        await bob.Button("Find").ClickAsync();
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "Preview: parallax" }).ClickAsync();
        await bob.Sees("What changes for parallax");
        await bob.NothingToComplain("preview of a link");
        await bob.Page.GetByRole(AriaRole.Button, new() { Name = "Link", Exact = true }).ClickAsync();
        await bob.Sees("org-77 is linked to parallax.");
        (await Linked()).ShouldBe("parallax");

        // From the sentence that says so …
        await bob.Button("Undo").ClickAsync();
        await bob.Sees("org-77 is linked to nobody any more.");
        (await Linked()).ShouldBeNull();
        // … and from the list, after a look at what that changes.
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "Link to customer…: org-77" }).ClickAsync();
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "Preview: parallax" }).ClickAsync();
        await bob.Page.GetByRole(AriaRole.Button, new() { Name = "Link", Exact = true }).ClickAsync();
        await bob.Go("/identities?status=linked");
        await bob.NothingToComplain("links made lately");
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "Undo…: org-77" }).ClickAsync();
        await bob.Sees("Undo the link of org-77");
        await bob.Button("Undo the link").ClickAsync();
        await bob.Sees("org-77 is linked to nobody any more.");
        (await Linked()).ShouldBeNull();

        async Task<string?> Linked()
        {
            await using var c = await house.Db.OpenConnectionAsync();
            return await c.ExecuteScalarAsync<string?>("select customer_id from identities where identity = '~g:org-77'");
        }
    }

    [Fact]
    public async Task Carol_reads_and_changes_nothing()
    {
        await using var carol = await Browser.Open(house, Cast.Carol);
        await carol.Go("/customers/acme");
        await carol.Sees("Onboarding");
        (await carol.Page.Locator("main form[method=post]").CountAsync()).ShouldBe(0, "a viewer is offered no form that would be refused");
        await carol.NothingToComplain("a customer as a viewer sees it");
    }

    [Fact]
    public async Task Alice_exports_after_her_password()
    {
        await using var alice = await Browser.Open(house, Cast.Alice);
        await alice.Go("/");
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "Export" }).First.ClickAsync();
        await alice.Page.Locator("#Password").FillAsync(Cast.Alice.Password);
        var download = await alice.Page.RunAndWaitForDownloadAsync(() => alice.Button("Download").ClickAsync());
        download.SuggestedFilename.ShouldBe("rsolv_metrics_2025-05-05.zip");
        await using var zip = await ZipFile.OpenReadAsync(await download.PathAsync());
        zip.Entries.Select(entry => entry.FullName).ShouldBe(["customers.csv", "onboarding.csv", "engagement.csv", "combined_metrics.csv"]);
    }

    [Fact]
    public async Task Alice_imports_a_file_after_seeing_what_would_happen()
    {
        var folder = Directory.CreateTempSubdirectory("cs-journey-");
        var file = Path.Combine(folder.FullName, "customers.csv");
        await File.WriteAllTextAsync(file, "id,email,organization,github_username,signup_date,cohort,industry,team_size,status\nj1,j@example.com,Journey,journey,2025-05-01,VIP,SaaS,3,active\nj2,bad,,x,2025-13-01,VIP,SaaS,3,active\n");
        await using var alice = await Browser.Open(house, Cast.Alice);
        await alice.Go("/settings/import");
        await alice.Page.Locator("#files").SetInputFilesAsync(file);
        await alice.Button("Check the files").ClickAsync();
        await alice.Sees("customers.csv");
        await alice.Sees("mending");
        await alice.NothingToComplain("an import with errors");

        await File.WriteAllTextAsync(file, (await File.ReadAllLinesAsync(file))[..2].Aggregate("", (text, line) => text + line + "\n"));
        await alice.Page.GetByText("Choose files again").ClickAsync();
        await alice.Page.Locator("#files").SetInputFilesAsync(file);
        await alice.Button("Check the files").ClickAsync();
        await alice.Sees("This is what would happen");
        await alice.NothingToComplain("an import to be confirmed");
        await alice.Button("Import").ClickAsync();
        await alice.Page.GetByText("See the customers").ClickAsync();
        await alice.Sees("Journey");
        folder.Delete(recursive: true);
    }

    private async Task<string?> Blocker()
    {
        await using var c = await house.Db.OpenConnectionAsync();
        return await c.ExecuteScalarAsync<string>("select blocker_type from onboarding where customer_id = 'parallax'");
    }
}
