using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Funnel.Engine.Explore;

/// <summary>Who stopped at a step.</summary>
/// <param name="Form">The funnel.</param>
/// <param name="Step">1 for the first.</param>
/// <param name="Name">The step in words.</param>
/// <param name="Reached">Who came there, instead of who stopped there.</param>
/// <param name="Page">Fifty of them.</param>
public sealed record DroppedModel(ExploreForm Form, int Step, string Name, bool Reached, Dropped Page)
{
    public string Url(int skip) => Form.Url(ExploreForm.Path + "/people", ("at", Step.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("reached", Reached ? "on" : ""), ("skip", skip.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}

/// <summary>The page behind a drop: the people and customers, the latest entry first.</summary>
internal static class ShowDropped
{
    public static async Task<Results<RazorComponentResult<DroppedPage>, NotFound, RedirectHttpResult>> Handle(HttpContext http, int? at, string? reached, int? skip, ListDropped list, TimeProvider clock, CancellationToken ct)
    {
        var form = ExploreForm.Read(http.Request.QueryString.Value ?? "");
        var faults = new List<Fault>();
        var funnel = CheckFunnel.Of(form.Question(faults), clock.Today(), faults);
        if (funnel is null || at is not { } step || step < 1 || step > funnel.Steps.Count || skip is < 0 or > ListDropped.Farthest) return TypedResults.NotFound();
        try
        {
            var page = await list.Run(funnel, step, reached == "on", skip ?? 0, ct);
            var name = funnel.Order == Walk.StepOrder.Any ? $"{step} of {funnel.Steps.Count}" : funnel.Steps[step - 1].ToString();
            return new RazorComponentResult<DroppedPage>(new { Model = new DroppedModel(form, step, name, reached == "on", page) });
        }
        catch (TooLargeException)
        {
            // The page of the funnel says why.
            return TypedResults.Redirect(form.Url());
        }
    }
}
