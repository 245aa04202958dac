using CustomerSuccess.Access;
using CustomerSuccess.Platform.Shell;
using CustomerSuccess.Tracking.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Tracking.Upload;

/// <summary>Settings, Import: choose files, see what would happen, import, undo by not importing.</summary>
public static class ImportPages
{
    public static void Map(RouteGroupBuilder import)
    {
        import.MapGet("", () => Page(null)).RequireAuthorization(Permissions.Admin);
        import.MapPost("", Receive).RequireAuthorization(Permissions.Admin)
            .WithMetadata(new RequestSizeLimitAttribute(ReceiveFiles.MostBytes))
            .WithFormOptions(multipartBodyLengthLimit: ReceiveFiles.MostBytes);
        import.MapGet("{id}", Show).RequireAuthorization(Permissions.Admin);
        import.MapPost("{id}", Import).RequireAuthorization(Permissions.Admin);
        import.MapPost("{id}/discard", Discard).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<ImportPage>>> Receive(
        IFormFileCollection files, HttpContext context, Uploads uploads, CancellationToken ct)
    {
        var upload = uploads.Begin(context.User.Actor());
        if (await ReceiveFiles.Save(files, upload.Folder, ct) is { } problem)
        {
            uploads.Discard(upload);
            return Page(problem);
        }

        uploads.Check(upload);
        return TypedResults.LocalRedirect($"/settings/import/{upload.Id}");
    }

    private static Results<RazorComponentResult<UploadPage>, RazorComponentResult<UploadBody>, NotFound> Show(string id, HttpContext context, Uploads uploads)
    {
        if (uploads.Find(id, context.User.Actor()) is not { } upload) return TypedResults.NotFound();
        // The page asks for its changing part alone while something goes on.
        return context.Request.Headers.ContainsKey("HX-Request")
            ? new RazorComponentResult<UploadBody>(new { Upload = upload })
            : new RazorComponentResult<UploadPage>(new { Upload = upload });
    }

    private static Results<RedirectHttpResult, NotFound> Import(string id, [FromForm] string? update, HttpContext context, Uploads uploads)
    {
        if (uploads.Find(id, context.User.Actor()) is not { } upload) return TypedResults.NotFound();
        // A second press of the button finds it under way.
        if (upload is { State: UploadState.Checked, Report.Fits: true }) uploads.Import(upload, update == "true", context.User.AuditActor());
        return TypedResults.LocalRedirect($"/settings/import/{id}");
    }

    private static Results<RedirectHttpResult, NotFound> Discard(string id, HttpContext context, Uploads uploads)
    {
        if (uploads.Find(id, context.User.Actor()) is not { } upload) return TypedResults.NotFound();
        if (upload.State != UploadState.Importing) uploads.Discard(upload);
        Flash.Say(context, "The upload is discarded. Nothing was changed.");
        return TypedResults.LocalRedirect("/settings/import");
    }

    private static RazorComponentResult<ImportPage> Page(string? problem) =>
        new(new { Problem = problem }) { StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
