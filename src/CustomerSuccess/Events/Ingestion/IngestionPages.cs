using System.ComponentModel.DataAnnotations;
using System.Globalization;
using CustomerSuccess.Access;
using CustomerSuccess.Events.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>Settings, Ingestion: everybody reads; managers send again and put aside.</summary>
public static class IngestionPages
{
    private const string Home = "/settings/ingestion";

    public sealed record Chosen
    {
        [StringLength(128)] public string? Id { get; init; }

        [StringLength(100)] public string? Source { get; init; }

        [StringLength(300)] public string? Subject { get; init; }

        [StringLength(20)] public string? Verdict { get; init; }

        [StringLength(20_000)] public string? Reason { get; init; }

        public ReplayMessages.Which Which => new(string.IsNullOrEmpty(Id) ? null : Id, Source ?? "", Subject ?? "", Verdict ?? "", Reason);
    }

    /// <summary>What the address asks to see.</summary>
    public sealed record View(string Span, string? Source, string? Verdict, string? Reason, string? Before, string? Id)
    {
        /// <summary>This view with some of it changed, as an address.</summary>
        public string With(string? span = null, string? source = "", string? verdict = "", string? reason = "", string? before = null)
        {
            var parts = new (string Name, string? Value)[]
            {
                ("span", (span ?? Span) is "day" ? null : span ?? Span), ("source", source is "" ? Source : source), ("verdict", verdict is "" ? Verdict : verdict),
                ("reason", reason is "" ? Reason : reason), ("before", before),
            };
            var query = string.Join('&', parts.Where(part => part.Value is { Length: > 0 }).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
            return query.Length == 0 ? Home : $"{Home}?{query}";
        }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Viewer);
        pages.MapPost("/replays", Replay).RequireAuthorization(Permissions.Manager);
        pages.MapPost("/discards", Discard).RequireAuthorization(Permissions.Manager);
        pages.MapPost("/discards/{at:long}/undo", Undo).RequireAuthorization(Permissions.Manager);
        app.MapGet("/live/ingestion", Live).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
    }

    private static async Task<RazorComponentResult<IngestionPage>> Show(
        string? span, string? source, string? verdict, string? reason, string? before, string? id, GetIngestion ingestion, NpgsqlDataSource db, CancellationToken ct)
    {
        var view = new View(span is "hour" or "month" ? span : "day", Given(source), verdict is "rejected" or "quarantined" ? verdict : null, Given(reason), before, Given(id));
        var until = DateTime.TryParse(before, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? at : (DateTime?)null;
        var (groups, rows) = await ListRefused.Run(db, new(view.Source, view.Verdict, view.Reason), until, ct);
        var entries = view.Id is null ? null : await ExplainMessage.Run(db, view.Id, ct);
        return new(new { View = view, Figures = await ingestion.Run(view.Span, view.Source, ct), Groups = groups, Rows = rows, Entries = entries });
    }

    private static Task Live(string? span, string? source, HttpContext http, GetIngestion ingestion)
    {
        var view = new View(span is "hour" or "month" ? span : "day", Given(source), null, null, null, null);
        return LiveStream.Send<IngestionFigures>(
            http, async ct => new Dictionary<string, object?> { ["View"] = view, ["Figures"] = await ingestion.Run(view.Span, view.Source, ct) }, hint => hint == "ingestion", Signals.Sources);
    }

    private static async Task<RedirectHttpResult> Replay([FromForm] Chosen form, HttpContext context, ReplayMessages replay, CancellationToken ct)
    {
        try
        {
            var outcome = await replay.Run(form.Which, context.User.AuditActor(), ct);
            Flash.Say(context, Told(outcome));
        }
        catch (IngestUnavailable)
        {
            Flash.Say(context, "The database did not answer in time. Nothing is lost: send them again in a moment.");
        }

        return TypedResults.LocalRedirect(Home);
    }

    private static async Task<RedirectHttpResult> Discard([FromForm] Chosen form, HttpContext context, DiscardMessages discard, CancellationToken ct)
    {
        var (count, at) = await discard.Run(form.Which, context.User.AuditActor(), ct);
        Flash.Say(context, count == 0 ? "There was nothing left to put aside." : $"{Words.Count(count, "message")} put aside.", count == 0 ? null : $"{Home}/discards/{at.Ticks}/undo");
        return TypedResults.LocalRedirect(Home);
    }

    private static async Task<RedirectHttpResult> Undo(long at, HttpContext context, DiscardMessages discard, CancellationToken ct)
    {
        var count = at is > 0 and < 3_155_378_975_999_999_999 ? await discard.Undo(new DateTime(at, DateTimeKind.Utc), context.User.AuditActor(), ct) : 0;
        Flash.Say(context, count == 0 ? "There was nothing to bring back." : $"{Words.Count(count, "message")} brought back.");
        return TypedResults.LocalRedirect(Home);
    }

    private static string Told(ReplayMessages.Outcome outcome) => outcome switch
    {
        { Total: 0 } => "There was nothing to send again: its payload was not kept, or somebody was faster.",
        { Refused: 0, Unreadable: 0 } => $"{Words.Count(outcome.Stored, "message")} sent again and stored.",
        { Stored: 0, Unreadable: 0 } => $"{Words.Count(outcome.Refused, "message")} sent again and refused once more, for the reason in the list.",
        _ => $"{Words.Number(outcome.Total)} sent again: {outcome.Stored} stored, {outcome.Refused} refused once more, {outcome.Unreadable} could not be read.",
    };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
