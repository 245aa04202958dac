using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Platform.Shell;

/// <summary>Errors of pages in the look of pages; machines keep their problem details.</summary>
public sealed class ErrorPages : IProblemDetailsWriter
{
    private static readonly PathString[] Machines = ["/api", "/metrics", "/v1", "/live", "/webhooks", "/healthz", "/readyz", "/assets"];

    /// <summary>A browser that wants to show something, not a program or a fragment of a page.</summary>
    public bool CanWrite(ProblemDetailsContext context)
    {
        var request = context.HttpContext.Request;
        return request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && !request.Headers.ContainsKey("HX-Request")
            && !Array.Exists(Machines, path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
    }

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var status = context.ProblemDetails.Status ?? http.Response.StatusCode;
        var again = HttpMethods.IsGet(http.Request.Method) && !http.Request.Path.Value!.StartsWith("//", StringComparison.Ordinal) ? http.Request.Path + http.Request.QueryString : "/";
        // A fresh scope: the page that failed may have left its renderer half used.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var services = http.RequestServices;
        http.RequestServices = scope.ServiceProvider;
        try
        {
            await new RazorComponentResult<ErrorPage>(new { Status = status, Again = again, Trace = http.TraceIdentifier }) { StatusCode = status }.ExecuteAsync(http);
        }
        finally
        {
            http.RequestServices = services;
        }
    }
}
