using System.Text.Json;
using CustomerSuccess.Access.Guard;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Events.Dialects;

/// <summary>
/// The addresses that clients of other tools call, as they call them, so that pointing one at this host is all there is to
/// do. Open to pages of any site; each call is judged by the key or the site it names (<see cref="Reception"/>).
/// </summary>
public static class DialectsDoor
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var open = app.MapGroup("").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new FromAnywhere(), new RequestSizeLimitAttribute(RequestBody.MostRead));
        SegmentDoor.Map(open);
        PostHogDoor.Map(open);
        SiteDoors.Map(open);
    }

    internal static void Take(this IEndpointRouteBuilder open, string path, Delegate handler) => open.MapMethods(path, ["POST", "OPTIONS"], handler);

    internal static void Give(this IEndpointRouteBuilder open, string path, Delegate handler) => open.MapMethods(path, ["GET", "HEAD", "OPTIONS"], handler);

    /// <summary>400 with the reason where the one message of a call cannot be taken, ever; a batch answers as if all was well.</summary>
    internal static IResult? Refusal(IReadOnlyList<Told> told, IReadOnlyList<Receipt?> receipts, bool alone) =>
        alone && receipts is [null] ? EventAnswers.Invalid(told[0].Read.Faults) : null;

    internal static IResult Json(object value) => TypedResults.Json(value, Verbatim);

    // Their names, not ours.
    private static readonly JsonSerializerOptions Verbatim = new(JsonSerializerDefaults.General);
}
