using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Web;
using Dapper;

namespace CustomerSuccess.Tests.Messages.Consent;

/// <summary>The 120 texts of the pages, in everything that the pages behind links in mails show, and in what staff see of messages and lists.</summary>
public sealed class HostileConsentTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_was_typed_is_text_on_the_pages_that_customers_see()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        var texts = HostileTextTests.Texts;
        texts.Length.ShouldBe(120);
        await using var reader = await Browser.Open(house);
        await reader.Page.AddInitScriptAsync(HostileTextTests.Probe);
        for (var n = 0; n < texts.Length; n++)
        {
            var text = texts[n].Replace('\0', ' ');
            await Say(house, text, n);
            // The topic of the link, too: one that nobody listed is shown by its name.
            var token = house.Token("c" + text, $"a@{text}", n % 2 == 0 ? "listed" : text, text);
            foreach (var page in new[] { $"/preferences/{token}?lang=en&done=unsubscribed", $"/unsubscribe/{token}?lang={Uri.EscapeDataString(text)}" })
            {
                await reader.Page.GotoAsync(page, new() { WaitUntil = Microsoft.Playwright.WaitUntilState.DOMContentLoaded });
                (await reader.Page.EvaluateAsync<string[]>(HostileTextTests.Harm)).ShouldBeEmpty($"{page[..12]} {text}");
                (await reader.Page.ContentAsync()).ShouldContain("<h1");
            }
        }
    }

    [Fact]
    public async Task And_on_those_that_staff_see()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        var texts = HostileTextTests.Texts.Select(text => text.Replace('\0', ' ')).ToArray();
        await using (var db = await house.Db.OpenConnectionAsync(Ct))
        {
            await db.ExecuteAsync(
                """
                insert into suppressions (address_key, email, reason, note, added_at, added_by) select lpad(n::text, 64, '0'), n || t, 'staff', t, now(), t from unnest(@texts) with ordinality as each(t, n);
                insert into messages (customer_id, message_id, dedupe_key, kind, topic, to_email, to_name, milestone, state, channel, reason, provider_id, template_version)
                select 'acme', 'm' || n, t, t, t, t, t, t, 'sent', 'smtp', t, t, t from unnest(@texts) with ordinality as each(t, n);
                insert into message_steps (customer_id, message_id, n, at, state, channel, reason, detail) select 'acme', 'm' || n, 1, now(), 'clicked', t, t, jsonb_build_object('url', t, 'winner', t) from unnest(@texts) with ordinality as each(t, n);
                insert into preferences (customer_id, email, topic, wanted, reason, note, changed_at, changed_by) select 'acme', n || t, t, false, t, t, now(), t from unnest(@texts) with ordinality as each(t, n);
                insert into customers (customer_id, email, organization, signup_date) values ('acme', 'a@acme.example', 'Acme', '2025-05-01')
                """, new { texts });
        }

        await house.Hire(Cast.Alice);
        await using var alice = await Browser.Open(house, Cast.Alice);
        await alice.Page.AddInitScriptAsync(HostileTextTests.Probe);
        var more = texts.Where((_, n) => n % 6 == 0).Select(Uri.EscapeDataString);
        foreach (var page in new[] { "/settings/suppressions", "/messages", "/customers/acme" }.Concat(Enumerable.Range(1, 120).Select(n => $"/messages/m{n}")).Concat(more.SelectMany(text => new[] { $"/settings/suppressions?search={text}&after={text}", $"/messages?kind={text}&state={text}&customer={text}&after={text}" })))
        {
            await alice.Page.GotoAsync(page, new() { WaitUntil = Microsoft.Playwright.WaitUntilState.DOMContentLoaded });
            (await alice.Page.EvaluateAsync<string[]>(HostileTextTests.Harm)).ShouldBeEmpty(page);
        }
    }

    private static async Task Say(House house, string text, int n)
    {
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await (BrandSettings.Usual with { Company = text }).Save(connection, transaction, "user:1", house.Clock.GetUtcNow().UtcDateTime, Ct);
        await connection.ExecuteAsync(
            "insert into topics (topic, name, description, pace) values ('listed', @text, @text, @pace) on conflict (topic) do update set name = excluded.name, description = excluded.description, pace = excluded.pace",
            new { text, pace = n % 4 == 0 ? "transactional" : "planned" }, transaction);
        await transaction.CommitAsync(Ct);
    }
}
