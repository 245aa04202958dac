using System.Globalization;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Board;
using CustomerSuccess.Onboarding.Workflow.Bulk.Pages;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Bulk;

/// <summary>What the page of a bulk action shows: what it would do to each, or what it did. Named: the action in words. Back: the list it came from.</summary>
public sealed record BulkModel(BulkRequest Request, ActOnCustomers.Answer Answer, string Named, string On, string Back);

/// <summary>The pages of bulk actions: chosen on the list, previewed, done.</summary>
public static class BulkPages
{
    public const string Home = "/onboarding/bulk";

    /// <summary>On: task:ID, stage:ID or version:N. Back: the address of the list.</summary>
    public sealed record Form(IReadOnlyList<string> Customers, string Action, string On, string Note, string Back)
    {
        public static Form Of(IFormCollection fields) => new([.. fields["customer"].OfType<string>()], Said(fields["action"]), Said(fields["on"]), Said(fields["note"]), Said(fields["back"]));

        public BulkRequest Request(bool preview)
        {
            var (kind, name) = On.Split(':', 2) is [var first, var second] ? (first, second) : ("", "");
            return new(Customers, Action, kind == "task" ? name : null, kind == "stage" ? name : null,
                kind == "version" && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null, string.IsNullOrWhiteSpace(Note) ? null : Note, preview);
        }

        // A path of ours.
        public string Home => Back == ShowBoard.Customers || Back.StartsWith(ShowBoard.Customers + "?", StringComparison.Ordinal) ? Back : ShowBoard.Customers;

        private static string Said(string? text) => (text ?? "").Replace("\0", "", StringComparison.Ordinal) is var plain ? plain[..Math.Min(plain.Length, 2000)] : "";
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapPost("preview", Preview).RequireAuthorization(Permissions.Manager);
        pages.MapPost("", Do).RequireAuthorization(Permissions.Manager);
    }

    private static Task<IResult> Preview(IFormCollection fields, HttpContext http, Deeds deeds, AuditLog audit, NpgsqlDataSource db, CancellationToken ct) => Run(Form.Of(fields), true, http, deeds, audit, db, ct);

    private static Task<IResult> Do(IFormCollection fields, HttpContext http, Deeds deeds, AuditLog audit, NpgsqlDataSource db, CancellationToken ct) => Run(Form.Of(fields), false, http, deeds, audit, db, ct);

    private static async Task<IResult> Run(Form form, bool preview, HttpContext http, Deeds deeds, AuditLog audit, NpgsqlDataSource db, CancellationToken ct)
    {
        var request = form.Request(preview);
        await using var deed = await deeds.Begin(http.User, ct);
        var (answer, faults) = await ActOnCustomers.Run(deed, request, ct);
        if (answer is null)
        {
            Flash.Warn(http, "Nothing was changed: " + Words(faults[0], request));
            return TypedResults.LocalRedirect(form.Home);
        }

        await ActOnCustomers.Finish(deed, request, answer, http.User, audit, ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        var definitions = await KnownDefinitions.Read(connection, null, ct);
        return new RazorComponentResult<BulkPage>(new { Model = new BulkModel(request, answer, Named(request, definitions), form.On, form.Home) });
    }

    private static string Words(Fault fault, BulkRequest request) => fault.Field switch
    {
        "customer_ids" when request.CustomerIds.Count == 0 => "choose at least one customer.",
        "customer_ids" => $"you chose {request.CustomerIds.Distinct(StringComparer.Ordinal).Count()} customers, and at most {BulkRequest.Most} can be changed at once.",
        "action" => "choose what is to be done.",
        "task" => $"choose a task to {request.Action}.",
        "stage" => "choose a stage to unlock.",
        "version" => "choose a version to move to.",
        _ => $"{fault.Field} {fault.Message}.",
    };

    private static string Named(BulkRequest request, KnownDefinitions definitions) => request.Action switch
    {
        "move" => $"Move to version {request.Version}",
        "unlock" => $"Unlock “{definitions.Versions.Values.Reverse().SelectMany(version => version.Stages).First(stage => stage.Id == request.Stage).Title}”",
        _ => $"{Platform.Kit.Words.Plain(request.Action)} “{definitions.Versions.Values.Reverse().SelectMany(version => version.Tasks).First(task => task.Is(request.Task!)).Title}”",
    };
}
