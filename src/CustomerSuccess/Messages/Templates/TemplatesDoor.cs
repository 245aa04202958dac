using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Versions;

namespace CustomerSuccess.Messages.Templates;

/// <summary>What mails say and how they look: routes and services.</summary>
public static class TemplatesDoor
{
    public static void Add(IServiceCollection services) => services.AddSingleton<ComposeMessage>().AddSingleton<SaveTemplate>();

    public static void Map(IEndpointRouteBuilder app)
    {
        TemplatePages.Map(app);
        TemplateApi.Map(app);
        EditBrand.Map(app);
    }
}
