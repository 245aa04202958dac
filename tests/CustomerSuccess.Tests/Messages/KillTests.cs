using System.Globalization;
using CustomerSuccess.Messages.Outbox;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Processes that are killed, frozen or side by side: each message once, or listed as unknown.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private FakeProvider provider = null!;
    private FakeSmtp server = null!;
    private House house = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        provider = await FakeProvider.Start(House.FreePort());
        server = new FakeSmtp(House.FreePort());
        // The house itself only keeps the database; who sends can be killed.
        house = await House.Open(settings: [("CS_MESSAGES", "off")]);
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        await server.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task Killed_again_and_again_it_sends_each_message_once_or_lists_it()
    {
        const int Messages = 400, Kills = 4;
        // A provider that takes a moment, so that a kill finds something on its way.
        provider.Thinks = TimeSpan.FromMilliseconds(60);
        await Queue(Messages, "c");
        for (var kill = 0; kill < Kills; kill++)
        {
            using var worker = await Worker.Start(house, Settings());
            var before = provider.Mails.Count;
            await Wait.Until(() => provider.Mails.Count >= Math.Min(Messages - 100, before + 20), "some mails");
            worker.Kill();
        }

        using (await Worker.Start(house, Settings())) await Wait.Until(async () => await Count("state in ('queued', 'sending')") == 0, "the end of all messages");
        provider.Mails.GroupBy(mail => mail.To).ShouldAllBe(same => same.Count() == 1);
        var (sent, unknown) = (await Count("state = 'sent'"), await Count("state = 'unknown'"));
        (sent + unknown).ShouldBe(Messages);
        provider.Mails.Count.ShouldBeInRange(sent, Messages);
        unknown.ShouldBeLessThanOrEqualTo(Kills * new CustomerSuccess.Messages.MessageSettings().Lanes);
        server.Taken.ShouldBeEmpty("unknown is no refusal");
    }

    [Fact]
    public async Task Two_processes_share_the_work_and_send_each_message_once()
    {
        await Queue(300, "c");
        using (await Worker.Start(house, Settings()))
        using (await Worker.Start(house, Settings()))
        {
            await Wait.Until(async () => await Count("state in ('queued', 'sending')") == 0, "the end of all messages");
        }

        provider.Mails.Count.ShouldBe(300);
        provider.Mails.Select(mail => mail.To).Distinct().Count().ShouldBe(300);
        (await Count("state = 'sent'")).ShouldBe(300);
    }

    [Fact]
    public async Task A_worker_that_is_frozen_past_its_lease_causes_no_second_effect()
    {
        using var hung = new ManualResetEventSlim();
        using var frozen = await Worker.Start(house, Settings());
        provider.Thinks = TimeSpan.FromMilliseconds(1500);
        provider.Says = (_, _) =>
        {
            hung.Set();
            return null;
        };
        var ids = await Queue(4, "c");
        hung.Wait(TimeSpan.FromSeconds(30), Ct).ShouldBeTrue();
        frozen.Freeze();
        provider.Thinks = TimeSpan.Zero;
        using var other = await Worker.Start(house, Settings());
        await Wait.Until(async () => await Count("state in ('queued', 'sending')") == 0, "the end of all messages");
        frozen.Thaw();
        await Task.Delay(2000, Ct);
        provider.Mails.GroupBy(mail => mail.To).ShouldAllBe(same => same.Count() == 1);
        provider.Mails.Count.ShouldBe(ids.Count);
        (await Count("state in ('sent', 'unknown')")).ShouldBe(ids.Count);
    }

    private (string, string)[] Settings() => [.. ProviderMoodTests.Settings(provider, server), ("CS_MESSAGES_LEASE", "10"), ("CS_MESSAGES_TIMEOUT", "5")];

    private async Task<List<string>> Queue(int many, string prefix)
    {
        var ids = new List<string>();
        for (var n = 0; n < many; n++) ids.Add((await house.Queue(Post.To(string.Create(CultureInfo.InvariantCulture, $"{prefix}{n}"), $"{prefix}{n}@x.example")))!);
        return ids;
    }

    private async Task<int> Count(string where)
    {
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<int>($"select count(*)::int from messages where {where}");
    }
}
