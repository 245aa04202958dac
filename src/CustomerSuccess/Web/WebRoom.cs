using CustomerSuccess.Access;
using CustomerSuccess.Platform.Shell;
using CustomerSuccess.Web.Api;

namespace CustomerSuccess.Web;

/// <summary>What people see: the shell around every page, the dashboard and the customer list.</summary>
public static class WebRoom
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        ApiDocument.Add(services);
        services.AddScoped<Reader>();
        // First of the writers: the built-in one takes whatever accepts anything, and browsers do.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPages>());
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        ApiDocument.Map(app);
        app.MapGet("/assets/{name}", Assets.Handle).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/preferences/theme", ChooseTheme.Handle).AllowAnonymous().ExcludeFromDescription();
    }
}
