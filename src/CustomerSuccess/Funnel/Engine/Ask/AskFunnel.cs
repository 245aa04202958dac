using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>Answers a funnel question from the log in memory.</summary>
internal sealed class AskFunnel(LogReadings readings, NpgsqlDataSource db)
{
    // How long conversions take is told in these, as far as the window goes.
    private static readonly TimeSpan[] Bars =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
        TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(3), TimeSpan.FromDays(5), TimeSpan.FromDays(7), TimeSpan.FromDays(10), TimeSpan.FromDays(14), TimeSpan.FromDays(30), TimeSpan.FromDays(90),
    ];

    /// <summary>
    /// Ask any funnel over any event types. Nothing is stored. How entries, windows, ties and exclusions count is said in the guide (docs/guide/funnels.md).
    /// The first question after a while reads the log, which takes seconds per ten million events; later ones are answered from memory.
    /// </summary>
    public static async Task<Results<Ok<FunnelAnswer>, ValidationProblem, ProblemHttpResult>> Handle(FunnelQuestion question, AskFunnel ask, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        if (CheckFunnel.Of(question, clock.Today(), faults) is not { } funnel) return EventAnswers.Invalid(faults);
        try
        {
            return TypedResults.Ok(await ask.Run(funnel, ct));
        }
        catch (TooLargeException large)
        {
            return TypedResults.Problem(large.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
    }

    public async Task<FunnelAnswer> Run(CheckedFunnel funnel, CancellationToken ct)
    {
        var plan = new Plan(funnel);
        var customers = await Segments.OfCustomers(db, funnel.Breakdown, ct);
        var (shape, earlier) = (funnel.Shape(funnel.From, funnel.To), funnel.Compare ? funnel.Shape(funnel.Before.From, funnel.Before.To) : null);
        var (now, before) = (new List<FunnelTally>(), new List<FunnelTally>());
        var (asOf, bots) = await readings.Each(plan.Reading, track =>
        {
            var (masks, segments) = plan.Means(track.Labels);
            var finder = Segments.Finder(plan, segments, customers);
            foreach (var (tally, other) in track.Walk(
                () => (new FunnelTally(shape, masks, finder), earlier is null ? null : new FunnelTally(earlier, masks, null)),
                (tallies, in unit, events) =>
                {
                    if (funnel.CustomersOnly && !unit.Customer) return;
                    tallies.Item1.Count(unit, events);
                    tallies.Item2?.Count(unit, events);
                },
                ct))
            {
                now.Add(tally);
                if (other is not null) before.Add(other);
            }
        }, ct);
        return Answer(funnel, FunnelTally.Sum(now, shape), earlier is null ? null : FunnelTally.Sum(before, earlier), asOf, bots);
    }

    private static FunnelAnswer Answer(CheckedFunnel funnel, FunnelTally tally, FunnelTally? earlier, DateTime asOf, long bots)
    {
        var reached = tally.Reached;
        // Half a million waits a step: each core takes some.
        var medians = new double?[reached.Length + 1];
        Parallel.For(0, medians.Length, n => medians[n] = (n < reached.Length ? tally.Waits[n] : tally.Whole).Median());
        var steps = new List<FunnelAnswer.Step>();
        for (var n = 0; n < reached.Length; n++)
        {
            var name = funnel.Order == StepOrder.Any ? $"{n + 1} of {reached.Length}" : funnel.Steps[n].ToString();
            steps.Add(new FunnelAnswer.Step(name, reached[n], FunnelAnswer.Rate(reached[n], reached[0]), n == 0 ? null : FunnelAnswer.Rate(reached[n], reached[n - 1]),
                n == reached.Length - 1 ? 0 : reached[n] - reached[n + 1], medians[n]));
        }

        var (from, to) = funnel.Before;
        var bars = Histogram(tally.Whole, funnel.Window);
        tally.Free();
        earlier?.Free();
        return new FunnelAnswer(
            funnel.From, funnel.To, asOf, funnel.CustomersOnly ? "customer" : "person", steps, reached[0], reached[^1], FunnelAnswer.Rate(reached[^1], reached[0]),
            medians[^1], bars, Segments.Largest(tally.Segments),
            earlier is null ? null : new FunnelAnswer.Earlier(from, to, earlier.Reached, FunnelAnswer.Rate(earlier.Reached[^1], earlier.Reached[0])), bots);
    }

    private static IReadOnlyList<FunnelAnswer.Bar> Histogram(Waits took, TimeSpan window)
    {
        TimeSpan[] ends = [.. Bars.TakeWhile(end => end < window), window];
        var counts = new long[ends.Length];
        foreach (var block in took.Blocks())
        {
            foreach (var micros in block.AsSpan())
            {
                var bar = 0;
                while (micros * 10 > ends[bar].Ticks) bar++;
                counts[bar]++;
            }
        }

        return [.. ends.Zip(counts, (end, count) => new FunnelAnswer.Bar((long)end.TotalSeconds, count))];
    }
}
