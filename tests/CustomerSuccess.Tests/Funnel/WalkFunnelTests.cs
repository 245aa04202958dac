using CustomerSuccess.Funnel.Engine.Walk;
using FsCheck;
using FsCheck.Fluent;
using Event = CustomerSuccess.Tests.Funnel.SlowFunnel.Event;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>The fast walk and the slow, obvious one say the same of every history; and the sentences of the guide, one by one.</summary>
public sealed class WalkFunnelTests
{
    private sealed record Case(Shape Shape, Event[] Events);

    [Theory]
    [InlineData(StepOrder.Sequential)]
    [InlineData(StepOrder.Strict)]
    [InlineData(StepOrder.Any)]
    public void The_fast_walk_finds_what_the_slow_one_finds(StepOrder order) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(10_000), Prop.ForAll(Cases(order), one => Fast(one) == SlowFunnel.Of(one.Events, one.Shape)));

    [Fact]
    public void The_window_is_anchored_at_the_entry_and_inclusive()
    {
        Depth("A0 B5 C10", window: 10).ShouldBe(3);
        Depth("A0 B5 C11", window: 10).ShouldBe(2);
    }

    [Fact]
    public void Each_entry_has_a_window_of_its_own_and_the_one_that_comes_furthest_counts()
    {
        Depth("A0 A8 B12 C15", window: 10).ShouldBe(3);
        Fast("A0 B1 A8 B12 C15", window: 10).ShouldBe(new SlowFunnel.Outcome(3, 8, 15));
    }

    [Fact]
    public void Of_several_that_come_as_far_the_earliest_counts() =>
        Fast("A0 A1 B2 C3 A4 B5 C6", window: 10).ShouldBe(new SlowFunnel.Outcome(3, 0, 3));

    [Fact]
    public void Events_of_one_instant_are_in_order_whatever_order_helps()
    {
        Depth("C0 B0 A0").ShouldBe(3);
        Depth("B0 A0 C1", order: StepOrder.Strict).ShouldBe(3);
        Depth("B0 A1 C2").ShouldBe(1);
    }

    [Fact]
    public void One_event_is_one_step() => Depth("A0", steps: "A A").ShouldBe(1);

    [Fact]
    public void In_strict_order_nothing_lies_between()
    {
        Depth("A0 X1 B2 C3", order: StepOrder.Strict).ShouldBe(1);
        Depth("A0 X1 B2 C3").ShouldBe(3);
    }

    [Fact]
    public void In_any_order_the_first_step_that_comes_is_the_entry() =>
        Fast("C0 A2 B4", order: StepOrder.Any).ShouldBe(new SlowFunnel.Outcome(3, 0, 4));

    [Fact]
    public void An_excluded_event_before_completion_takes_the_attempt_out()
    {
        Depth("A0 -1 B2 C3").ShouldBe(0);
        Depth("A0 B2 -3").ShouldBe(0);
        Depth("-0 A1 B2 C3").ShouldBe(3);
        Depth("A1 B2 C3 -4").ShouldBe(3);
        Fast("A0 -1 A2 B3 C4").ShouldBe(new SlowFunnel.Outcome(3, 2, 4));
        Depth("A0 B1 -12", window: 10).ShouldBe(2);
    }

    [Fact]
    public void Entries_count_in_the_period_and_what_follows_may_lie_behind_it()
    {
        Depth("A0 B1 C2", from: 1).ShouldBe(0);
        Depth("A5 B12 C13", to: 10).ShouldBe(3);
        Depth("A10 B12 C13", to: 10).ShouldBe(0);
    }

    private static int Depth(string story, long window = 100, StepOrder order = StepOrder.Sequential, long from = 0, long to = 1000, string steps = "A B C") =>
        Fast(story, window, order, from, to, steps)?.Depth ?? 0;

    // "A0 -1": A at instant 0, an excluded event at instant 1.
    private static SlowFunnel.Outcome? Fast(string story, long window = 100, StepOrder order = StepOrder.Sequential, long from = 0, long to = 1000, string steps = "A B C")
    {
        var names = steps.Split(' ');
        var one = new Case(new Shape(names.Length, order, window, from, to),
        [
            .. story.Split(' ').Select(word => new Event(
                long.Parse(word[1..], System.Globalization.CultureInfo.InvariantCulture), [.. Enumerable.Range(0, names.Length).Where(n => names[n][0] == word[0])], word[0] == '-')),
        ]);
        var fast = Fast(one);
        fast.ShouldBe(SlowFunnel.Of(one.Events, one.Shape));
        return fast;
    }

    private static SlowFunnel.Outcome? Fast(Case one)
    {
        var masks = new ushort[Packed.Tags];
        var events = one.Events.Select((e, n) =>
        {
            masks[n] = (ushort)(e.Steps.Sum(step => 1 << step) | (e.Excluded ? Packed.Excludes : 0));
            return Packed.Event(e.Time, n);
        }).Order().ToArray();
        var at = new long[10];
        var depth = WalkFunnel.Of(events, masks, one.Shape, new Room(), at);
        return depth == 0 ? null : new SlowFunnel.Outcome(depth, at[0], at[depth - 1]);
    }

    private static Arbitrary<Case> Cases(StepOrder order)
    {
        var shapes =
            from steps in Gen.Choose(2, 4)
            from window in Gen.Choose(0, 8)
            from start in Gen.Choose(0, 3)
            from length in Gen.Choose(2, 12)
            select new Shape(steps, order, window, start, start + length);
        var cases =
            from shape in shapes
            from overlap in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
            from count in Gen.Choose(0, 7)
            from events in Gen.ArrayOf(One(shape.Steps, overlap), count)
            select new Case(shape, events);
        return Arb.From(cases, Smaller);
    }

    // Mostly one step an event, sometimes none or an excluded one; with overlap an event may serve several.
    private static Gen<Event> One(int steps, bool overlap) =>
        from time in Gen.Choose(0, 9)
        from first in Gen.Choose(0, steps)
        from second in Gen.Choose(0, steps)
        from excluded in Gen.Choose(0, 9)
        select new Event(time, [.. new[] { first, overlap ? second : first }.Where(step => step < steps).Distinct()], excluded == 0);

    private static IEnumerable<Case> Smaller(Case one) =>
        Enumerable.Range(0, one.Events.Length).Select(n => one with { Events = [.. one.Events.Where((_, other) => other != n)] });
}
