using CustomerSuccess.Access;
using CustomerSuccess.Platform.Shell;

namespace CustomerSuccess.Web;

/// <summary>What people see: the shell around every page, the dashboard and the customer list.</summary>
public static class WebRoom
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddScoped<Reader>();
        // First of the writers: the built-in one takes whatever accepts anything, and browsers do.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPages>());
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/assets/{name}", Assets.Handle).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/preferences/theme", ChooseTheme.Handle).AllowAnonymous().ExcludeFromDescription();
    }
}
