using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Onboarding.Workflow.Versions;

/// <summary>Moves those who are on one version to another, some at a time.</summary>
public static class MoveCustomers
{
    public const int Most = 500;

    /// <param name="From">The version they are on.</param>
    /// <param name="To">The published version they come to.</param>
    /// <param name="Limit">So many of them, 1 to 500 (100 unless told); call again for the next.</param>
    /// <param name="Preview">Only say what it would change.</param>
    public sealed record Request(int From, int To, [property: Range(1, Most)] int? Limit, bool Preview = false);

    /// <summary>What the move does to one customer.</summary>
    public sealed record Moved(string CustomerId, Impact Impact);

    /// <summary>
    /// Moved: so many now (of a preview: would be, of those looked at). Left: so many are on the old version still. Sums over those moved: whose
    /// percentage rises, falls or stays, who comes to stand in another stage, who is completed by it, who has done tasks that the new version does not have. Examples: those whom it changes most.
    /// </summary>
    public sealed record Answer(int Count, long Left, int Rise, int Fall, int Same, int OtherStage, int Completed, int LeftOut, IReadOnlyList<Moved> Examples, bool Preview);

    /// <summary>Move up to 500 customers from one version to another; with preview, only say what that would change. Nothing that was done is lost.</summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Handle(Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var (answer, faults) = await Run(deed, request, ct);
        if (answer is null) return EventAnswers.Invalid(faults);
        if (!request.Preview) await deed.Commit();
        return TypedResults.Ok(answer);
    }

    /// <summary>The caller commits, or leaves it for a preview.</summary>
    public static async Task<(Answer? Answer, IReadOnlyList<Fault> Faults)> Run(Deed deed, Request request, CancellationToken ct)
    {
        var definitions = await KnownDefinitions.Read(deed.Connection, deed.Transaction, ct);
        var faults = new List<Fault>();
        foreach (var (field, version) in new[] { ("from", request.From), ("to", request.To) })
        {
            if (!definitions.Versions.ContainsKey(version)) faults.Add(new(field, $"{version} is not published; there are {string.Join(", ", definitions.Versions.Keys)}"));
        }

        if (request.From == request.To) faults.Add(new("to", "is the version they are on"));
        if (faults.Count > 0) return (null, faults);
        var some = (await deed.Connection.QueryAsync<string>(new CommandDefinition(
            "select customer_id from workflow where version = @From order by customer_id limit @limit", new { request.From, limit = request.Limit ?? 100 }, deed.Transaction, cancellationToken: ct))).ToList();
        if (!request.Preview) await EventLog.Lock(deed.Connection, deed.Transaction, some, ct);
        var known = some.ToDictionary(id => id, _ => (IReadOnlySet<string>?)new HashSet<string>(), StringComparer.Ordinal);
        // Whoever was moved since the table was written stays where they are now.
        var before = (await LoadCourses.Run(deed.Connection, deed.Transaction, known, definitions, ct)).Where(one => one.Progress.Version == request.From).ToDictionary(one => one.Progress.CustomerId, StringComparer.Ordinal);
        if (before.Count > 0) await deed.Write([.. before.Values.Select(one => MoveCustomer.EventOf(deed, one.Progress, definitions.Of(request.To)))]);
        var after = await LoadCourses.Run(deed.Connection, deed.Transaction, known, definitions, ct);
        var moved = after.Where(one => before.ContainsKey(one.Progress.CustomerId)).Select(one => new Moved(one.Progress.CustomerId, Impact.Of(before[one.Progress.CustomerId].Progress, one.Progress))).ToList();
        var all = await deed.Connection.ExecuteScalarAsync<long>(new CommandDefinition("select count(*) from workflow where version = @From", new { request.From }, deed.Transaction, cancellationToken: ct));
        return (new(moved.Count, all - (request.Preview ? 0 : some.Count), moved.Count(one => one.Impact.Percent.To > one.Impact.Percent.From), moved.Count(one => one.Impact.Percent.To < one.Impact.Percent.From),
            moved.Count(one => one.Impact.Percent.To == one.Impact.Percent.From), moved.Count(one => one.Impact.StageFrom != one.Impact.StageTo), moved.Count(one => one.Impact.Completed), moved.Count(one => one.Impact.LeftOut.Count > 0),
            [.. moved.OrderByDescending(one => Math.Abs(one.Impact.Percent.To - one.Impact.Percent.From)).ThenBy(one => one.CustomerId, StringComparer.Ordinal).Take(10)], request.Preview), []);
    }
}
