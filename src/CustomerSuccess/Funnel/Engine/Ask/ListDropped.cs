using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>Who came as far as a step of a funnel and no further, or who came at least there; the latest entry first.</summary>
internal sealed class ListDropped(LogReadings readings, NpgsqlDataSource db)
{
    public const int PageSize = 50, Farthest = 10_000;

    /// <summary>The funnel, and whom of it.</summary>
    public sealed record Request
    {
        public FunnelQuestion? Funnel { get; init; }

        /// <summary>1 for the first step.</summary>
        public int Step { get; init; }

        /// <summary>true: who reached the step; else who stopped there.</summary>
        public bool? Reached { get; init; }

        /// <summary>How many to leave out at the beginning; pages have 50.</summary>
        public int? Skip { get; init; }
    }

    /// <summary>List who stopped at a step, or with reached who came there; fifty at a time, the latest entry first.</summary>
    public static async Task<Results<Ok<Dropped>, ValidationProblem, ProblemHttpResult>> Handle(Request request, ListDropped list, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        var funnel = request.Funnel is null ? null : CheckFunnel.Of(request.Funnel, clock.Today(), faults);
        if (request.Funnel is null) faults.Add(new Fault("funnel", "is missing"));
        faults = [.. faults.Select(fault => request.Funnel is null ? fault : fault with { Field = "funnel." + fault.Field })];
        if (request.Step < 1 || request.Step > Math.Max(CheckFunnel.FewestSteps, request.Funnel?.Steps?.Count ?? 0)) faults.Add(new Fault("step", "must be a step of the funnel, 1 for the first"));
        if (request.Skip is < 0 or > Farthest) faults.Add(new Fault("skip", $"must be 0 to {Farthest}"));
        if (funnel is null || faults.Count > 0) return EventAnswers.Invalid(faults);
        try
        {
            return TypedResults.Ok(await list.Run(funnel, request.Step, request.Reached == true, request.Skip ?? 0, ct));
        }
        catch (TooLargeException large)
        {
            return TypedResults.Problem(large.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
    }

    public async Task<Dropped> Run(CheckedFunnel funnel, int step, bool reached, int skip, CancellationToken ct)
    {
        var (plan, shape) = (new Plan(funnel), funnel.Shape(funnel.From, funnel.To));
        var (total, found) = (0L, new List<Found>());
        await readings.Each(plan.Reading, track =>
        {
            var (masks, _) = plan.Means(track.Labels);
            var latest = track.Walk(() => new Latest(skip + PageSize), (keep, in unit, events) =>
            {
                if (funnel.CustomersOnly && !unit.Customer) return;
                var depth = WalkFunnel.Of(events, masks, shape, keep.Room, keep.At);
                if (reached ? depth >= step : depth == step) keep.Add(new Found(unit, track.Part(unit), track.Cut, keep.At[0], keep.At[depth - 1], depth));
            }, ct);
            total += latest.Sum(each => each.Total);
            found.AddRange(latest.SelectMany(each => each.All));
        }, ct);
        var page = found.OrderByDescending(each => each.Entry).ThenBy(each => each.Unit.Key).Skip(skip).Take(PageSize).ToList();
        var names = await NameUnits.Run(db, page, ct);
        return new Dropped(total, skip, [.. page.Select(each =>
        {
            var (id, name) = names.GetValueOrDefault(each.Unit.Key, ("?", "no longer there"));
            return new Dropped.Row(id, Kind(id), name, Packed.Instant(each.Entry), Packed.Instant(each.Last), each.Depth);
        })]);
    }

    private static string Kind(string id) => id switch { ['~', 'v', ..] or "?" => "visitor", ['~', 'p', ..] => "person", ['~', 'g', ..] => "group", _ => "customer" };

    /// <summary>One who fits, with where its name can be found again.</summary>
    internal sealed record Found(Unit Unit, int Part, DateTime Cut, long Entry, long Last, int Depth);

    /// <summary>The latest entries of one worker.</summary>
    private sealed class Latest(int most)
    {
        private readonly PriorityQueue<Found, long> queue = new();

        public Room Room { get; } = new();

        public long[] At { get; } = new long[10];

        public long Total { get; private set; }

        public IEnumerable<Found> All => queue.UnorderedItems.Select(item => item.Element);

        public void Add(Found found)
        {
            Total++;
            if (queue.Count < most) queue.Enqueue(found, found.Entry);
            else queue.EnqueueDequeue(found, found.Entry);
        }
    }
}
