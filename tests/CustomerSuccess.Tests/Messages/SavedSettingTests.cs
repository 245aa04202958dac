using System.Net;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Messages.Consent;
using CustomerSuccess.Tests.Web;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Two who change the same settings at once: nothing is lost unnoticed.</summary>
public sealed class SavedSettingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/settings/causes", "/settings/causes")]
    [InlineData("/settings/brand", "/settings/brand")]
    [InlineData("/settings/topics", "/settings/topics/limits")]
    [InlineData("/settings/schedules", "/settings/schedules/re_engagement")]
    public async Task Of_two_tabs_the_second_is_told_and_may_then_replace_it(string page, string form)
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"), ("CS_SCHEDULES", "off"));
        await house.Hire(Cast.Alice);
        await using var first = await Browser.Open(house, Cast.Alice, script: false);
        await using var second = await Browser.Open(house, Cast.Alice, script: false);
        await first.Go(page);
        await second.Go(page);
        async Task Save(CustomerSuccess.Tests.Web.Visitor tab)
        {
            house.Clock.Advance(TimeSpan.FromSeconds(1));
            await tab.Page.Locator($"form[action='{form}'] button.btn-primary").First.ClickAsync();
        }

        await Save(first);
        await first.Sees("Saved");
        await Save(second);
        await second.Sees("Nothing was saved: somebody else changed this");
        await Save(second);
        await second.Sees("Saved");
    }

    [Fact]
    public async Task Of_two_calls_at_once_each_changes_its_part()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"), ("CS_SCHEDULES", "off"));
        var api = await Machine.With(house, "admin");
        for (var round = 0; round < 20; round++)
        {
            var team = $"team{round}@example.com";
            await Task.WhenAll(api.Patch("/api/v1/message-causes", new { team = new[] { team } }), api.Patch("/api/v1/message-causes", new { owner = round % 2 == 0 }));
            var now = (await api.Get("/api/v1/message-causes")).Json;
            (now.GetProperty("team")[0].GetString(), now.GetProperty("owner").GetBoolean()).ShouldBe((team, round % 2 == 0));
            await Task.WhenAll(api.Patch("/api/v1/schedules/re_engagement", new { grace_minutes = round }), api.Patch("/api/v1/schedules/re_engagement", new { enabled = round % 2 == 0 }));
            var schedule = (await api.Get("/api/v1/schedules/re_engagement")).Json;
            (schedule.GetProperty("grace_minutes").GetInt32(), schedule.GetProperty("enabled").GetBoolean()).ShouldBe((round, round % 2 == 0));
        }
    }

    [Fact]
    public async Task Two_parts_of_the_channels_entered_first_at_the_same_moment_are_both_there()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        await using var one = await house.Db.OpenConnectionAsync(Ct);
        await using var two = await house.Db.OpenConnectionAsync(Ct);
        await using var first = await one.BeginTransactionAsync(Ct);
        var before = await EnteredChannels.Read(one, first, alone: true, Ct);
        var waits = Task.Run(async () =>
        {
            await using var second = await two.BeginTransactionAsync(Ct);
            var seen = await EnteredChannels.Read(two, second, alone: true, Ct);
            await (seen with { SmtpHost = "mail.example.com" }).Write(two, second, house.Clock.GetUtcNow().UtcDateTime, "user:1", Ct);
            await second.CommitAsync(Ct);
        }, Ct);
        await Wait.Until(async () => await house.One<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted") > 0 || waits.IsCompleted, "the second to wait for the first");
        await (before with { From = "Acme <hello@acme.example>" }).Write(one, first, house.Clock.GetUtcNow().UtcDateTime, "user:2", Ct);
        await first.CommitAsync(Ct);
        await waits;
        var now = await EnteredChannels.Read(one, null, alone: false, Ct);
        (now.From, now.SmtpHost).ShouldBe(("Acme <hello@acme.example>", "mail.example.com"));
    }
}
