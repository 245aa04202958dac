using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Platform.Metrics;
using CustomerSuccess.Platform.Shell;
using CustomerSuccess.Web.Api;
using CustomerSuccess.Web.CustomerList;
using CustomerSuccess.Web.CustomerPage;
using CustomerSuccess.Web.CustomerPage.Timeline;
using CustomerSuccess.Web.Dashboard;
using CustomerSuccess.Web.Matching;

namespace CustomerSuccess.Web;

/// <summary>What people see: the shell around every page, the dashboard and the customer list.</summary>
public static class WebRoom
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        ApiDocument.Add(services);
        services.AddScoped<Reader>().AddSingleton<LiveSeats>();
        // Pages alone: assets come packed, streams and downloads must not wait, and API answers are small.
        services.AddResponseCompression(pack =>
        {
            pack.EnableForHttps = true;
            pack.MimeTypes = ["text/html"];
        });
        services.AddSingleton<LatestFigures>().AddSingleton<Sampled, DashboardMetrics>();
        services.AddHostedService(all => all.GetRequiredService<LatestFigures>());
        // First of the writers: the built-in one takes whatever accepts anything, and browsers do.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPages>());
    }

    public static void Use(IApplicationBuilder app)
    {
        var seats = app.ApplicationServices.GetRequiredService<LiveSeats>();
        app.ApplicationServices.GetRequiredService<Instruments>().Watch(LiveSeats.Metric, () => seats.Taken);
        app.UseResponseCompression();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        ApiDocument.Map(app);
        app.MapGet("/assets/{name}", Assets.Handle).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/preferences/theme", ChooseTheme.Handle).AllowAnonymous().ExcludeFromDescription();

        app.MapGet("/", ShowDashboard.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/live/dashboard", ShowDashboard.Live).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/customers", ShowCustomers.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/live/customers", ShowCustomers.Live).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/api/v1/customers", ListCustomers.Handle).RequireAuthorization(Permissions.Viewer).WithTags("Customers");

        app.MapGet("/identities", ShowIdentities.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/identities/link", ShowIdentities.ShowLink).RequireAuthorization(Permissions.Manager).ExcludeFromDescription();
        app.MapGet("/identities/unlink", ShowIdentities.ShowUndo).RequireAuthorization(Permissions.Manager).ExcludeFromDescription();
        app.MapGet("/api/v1/identities/preview", PreviewLink.Handle).RequireAuthorization(Permissions.Manager).WithTags("Identities");

        app.MapGet("/customers/{id}", ShowCustomer.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/live/customers/{id}", ShowCustomer.Live).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapPost("/customers/{id}/actions/{action}", TakeAction.Submit).RequireAuthorization(Permissions.Manager).ExcludeFromDescription();
        app.MapGet("/api/v1/customers/{id}/overview", GetOverview.Handle).OfCustomer().RequireAuthorization(Permissions.Viewer).WithTags("Customers");
        app.MapGet("/api/v1/customers/{id}/timeline", ListTimeline.Handle).OfCustomer().RequireAuthorization(Permissions.Viewer).WithTags("Customers");
    }
}
