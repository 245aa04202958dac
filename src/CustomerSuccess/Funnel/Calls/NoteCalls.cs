using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Keys;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;

namespace CustomerSuccess.Funnel.Calls;

/// <summary>
/// Looks at every call after it was answered: the first two that a customer makes successfully with a key of its own, and
/// those that a key was refused. What it notes is written behind the request; nothing here waits, fails or asks the database.
/// </summary>
public static class NoteCalls
{
    /// <summary>Goes outside of sign-in, which answers 401 and 429 without asking further.</summary>
    public static void Use(IApplicationBuilder app)
    {
        var (notes, clock) = (app.ApplicationServices.GetRequiredService<CallNotes>(), app.ApplicationServices.GetRequiredService<TimeProvider>());
        app.Use(next => Around(next, notes, clock));
    }

    internal static RequestDelegate Around(RequestDelegate next, CallNotes notes, TimeProvider clock) => context =>
    {
        var answered = next(context);
        if (!answered.IsCompletedSuccessfully) return After(answered, context, notes, clock);
        Note(context, notes, clock);
        return answered;
    };

    private static async Task After(Task answered, HttpContext context, CallNotes notes, TimeProvider clock)
    {
        await answered;
        Note(context, notes, clock);
    }

    private static void Note(HttpContext context, CallNotes notes, TimeProvider clock)
    {
        try
        {
            switch (context.Response.StatusCode)
            {
                case >= 200 and < 300: Succeeded(context, notes, clock); break;
                case 401 or 403 or 429: Refused(context, notes, clock); break;
            }
        }
        catch (Exception)
        {
            // The call was answered; a note that cannot be taken is none.
        }
    }

    private static void Succeeded(HttpContext context, CallNotes notes, TimeProvider clock)
    {
        if (context.User.FindFirst(Actors.CustomerClaim)?.Value is not { } customer || notes.Enough(customer)) return;
        // Routes of the API are those in its document; health checks and pages are none.
        if (context.GetEndpoint()?.Metadata is not { } route || route.GetMetadata<IExcludeFromDescriptionMetadata>() is { ExcludeFromDescription: true } || route.GetMetadata<IAllowAnonymous>() is not null) return;
        var ingest = route.GetMetadata<IAuthorizeData>()?.Policy == Permissions.Ingest;
        notes.Note(new CallNotes.Call(customer, context.User.FindFirstValue(Actors.KeyClaim) ?? "", context.Response.StatusCode, ingest, clock.Now()));
    }

    private static void Refused(HttpContext context, CallNotes notes, TimeProvider clock)
    {
        if (!KeyAuthentication.Presented(context.Request) || !ApiKey.TryRead(KeyAuthentication.Read(context.Request), out var id, out var secret)) return;
        notes.Note(new CallNotes.Refusal(id, secret, context.Response.StatusCode), clock.Now());
    }
}
