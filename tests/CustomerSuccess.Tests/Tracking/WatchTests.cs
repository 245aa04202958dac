using CustomerSuccess.Events;
using CustomerSuccess.Tracking.Csv;
using CustomerSuccess.Tracking.Import;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>A folder that is followed while the old commands still write it.</summary>
public sealed class WatchTests : TrackingHouse
{
    [Fact]
    public async Task A_followed_folder_changes_the_database_live_and_leaves_alone_what_happened_there()
    {
        using var stop = new CancellationTokenSource();
        var said = new List<string>();
        var following = WatchFolder.Run(House.Db, new EventLog(Rooms.Projections), new CsvFolder(Folder, TimeProvider.System), House.Clock, text => { lock (said) said.Add(text); }, stop.Token);
        await Wait.Until(async () => await Events() > 0, "the folder's events");
        // Something happens in the product, then something else in the Folder: both stay.
        await Do("update-onboarding", "c1002", "first_issue_tagged", "true");
        await Do("update-onboarding", "c1002", "first_pr_generated", "true", "--data-dir", Folder);
        await Wait.Until(async () => (await Export())["onboarding.csv"].Contains("o1002,c1002,true,true,true,true,true,2025-05-05,2,", StringComparison.Ordinal), "both changes");
        (await Count("events where type = 'onboarding_step_first_pr_generated' and not history and source = 'csv'")).ShouldBe(1);
        // A broken file is said and waited out.
        var good = Text("engagement.csv");
        Write("engagement.csv", good + "broken\n");
        await Wait.Until(() => { lock (said) return said.Exists(text => text.Contains("engagement.csv:5", StringComparison.Ordinal)); }, "word of the broken line");
        Write("engagement.csv", good + "e1004,c1002,2025-05-05,1,0,0,0,0\n");
        await Wait.Until(async () => (await Export())["engagement.csv"].Contains("e1004,c1002", StringComparison.Ordinal), "the repaired line");
        await stop.CancelAsync();
        await following;
        (await Completions()).ShouldBe(1);
    }
}
