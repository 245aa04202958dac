using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Onboarding.Widget.Live;
using CustomerSuccess.Onboarding.Widget.Tokens;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>The customer's own view of their onboarding, on pages of the company's product.</summary>
public static class WidgetDoor
{
    private const int MostRead = 32 * 1024;

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(WidgetStreams.Read(settings));
        services.AddSingleton<KnownWidget>().AddSingleton<ChangeWidget>().AddSingleton<MintToken>().AddSingleton<OpenWidget>().AddSingleton<WidgetSeats>();
        services.AddHostedService(all => all.GetRequiredService<WidgetSeats>());
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/widget.js", ServeWidget.Script).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/widget/frame", ServeWidget.Frame).AllowAnonymous().ExcludeFromDescription();
        // Who calls is said by the token in the header alone: cookies are taken off before anything else, and no browser adds such a header for another
        // site. So there is nothing to forge (CSRF), and a form token would protect nothing.
        var pages = app.MapGroup("/widget").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new FromOrigins((http, origin) => http.RequestServices.GetRequiredService<KnownWidget>().Allows(origin, http.RequestAborted)), new RequestSizeLimitAttribute(MostRead));
        pages.MapMethods("state", ["GET", "OPTIONS"], ShowState.Handle);
        pages.MapMethods("live", ["GET", "OPTIONS"], FollowState.Handle);
        pages.MapMethods("tasks", ["POST", "OPTIONS"], DoTask.Handle);
        pages.MapMethods("help", ["POST", "OPTIONS"], AskForHelp.Handle);
        app.MapPost("/api/v1/widget/tokens", MintToken.Handle).RequireAuthorization(Permissions.Admin).WithTags("Onboarding");
        WidgetPages.Map(app);
    }
}
