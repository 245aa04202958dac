using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Analytics;
using CustomerSuccess.Milestones.Behind;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Http;
using CustomerSuccess.Platform.Jobs;
using Npgsql;

namespace CustomerSuccess.Milestones;

/// <summary>What is worth a word when a customer reaches it: definitions, who reached which, how far the others are, and which of them tell who stays.</summary>
public static class MilestonesRoom
{
    public static IReadOnlyList<Fold> Folds { get; } =
    [
        new(["milestones"], Sql.Read("Milestones/Behind/reached.sql"), Takes: e => e.Type is EventTypes.MilestoneReached or EventTypes.MilestoneRestated),
        new([], Waiting.Fold, On: FoldOn.Arrival, Takes: Waiting.Takes),
        new(["milestone_counts"], Sql.Read("Milestones/Behind/again.sql"), On: FoldOn.Move),
    ];

    public static IReadOnlyList<Trail> Trails { get; } = [new(FollowMilestones.CatchUp, (_, _, _) => Task.FromResult<IReadOnlyList<Rebuild.Difference>>([]))];

    public static void Add(IServiceCollection services) =>
        services.AddSingleton<Versions.ChangeBook>().AddSingleton(ReachedSince.Seam).AddHostedService<MilestoneWorker>();

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/customer-success/milestones", GetMilestones.Handle).OfCustomer("customer_id", inQuery: true).RequireAuthorization(Permissions.Viewer)
            .WithTags("Milestones").Example("Milestones/examples.json", "get milestones");
        app.MapGet("/milestones", ShowMilestones.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        Versions.BookApi.Map(app);
        Versions.BookPages.Map(app);
    }

    public static void Commands(RootCommand root, CliHost host) => root.Add(MilestoneCommands.Make(host));

    public static IReadOnlyList<Job> Jobs(IServiceProvider all)
    {
        var db = all.GetRequiredService<NpgsqlDataSource>();
        return
        [
            new("milestone-days", Job.Every(30), async (now, ct) => { await Waiting.NoteDue(db, now.Day(), ct); return ""; }),
            new("milestone-figures", Job.Every(10), async (now, ct) => { await TakeFigures.All(db, now, ct); return ""; }),
        ];
    }
}
