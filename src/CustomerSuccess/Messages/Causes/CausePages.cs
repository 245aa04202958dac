using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Causes.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Causes;

/// <summary>Settings, Causes: what the product writes by itself, to whom, and what that would have been lately.</summary>
public static class CausePages
{
    private const string Home = "/settings/causes";

    public sealed record Form
    {
        /// <summary>Names of the causes that are ticked.</summary>
        public string[]? On { get; init; }

        [StringLength(6000)] public string? Team { get; init; }

        [StringLength(10)] public string? Owner { get; init; }

        [StringLength(40)] public string? Seen { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/message-causes").WithTags("Messages");
        api.MapGet("", CountCauses.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapPatch("", ChangeCauses.Handle).RequireAuthorization(Permissions.Admin);
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Admin);
        pages.MapPost("", Save).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<RazorComponentResult<CausesPage>> Show(NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) => new(new { Model = await CountCauses.Run(db, clock.Now(), ct) });

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<CausesPage>>> Save(
        [FromForm] Form form, HttpContext http, ChangeCauses change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var on = form.On ?? [];
        var off = KnownCauses.All.Append(KnownCauses.IntoRisk).Select(cause => cause.Name).Where(name => !on.Contains(name, StringComparer.Ordinal)).ToList();
        var team = (form.Team ?? "").Split(['\n', '\r', ',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (await change.Run(new(off, team, form.Owner is "yes"), http.User, ct, form.Seen) is { Count: > 0 } faults)
        {
            var page = new RazorComponentResult<CausesPage>(new { Model = await CountCauses.Run(db, clock.Now(), ct), Given = form, Faults = faults }) { StatusCode = StatusCodes.Status400BadRequest };
            return page;
        }

        Flash.Say(http, "Saved. It holds for what happens from now on.");
        return TypedResults.LocalRedirect(Home);
    }
}
