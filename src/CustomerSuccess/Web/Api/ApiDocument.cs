using CustomerSuccess.Access;
using Microsoft.OpenApi;

namespace CustomerSuccess.Web.Api;

/// <summary>The HTTP interface described by itself: OpenAPI from the routes, their types and their comments.</summary>
public static class ApiDocument
{
    private const string Key = "apiKey";

    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", api =>
    {
        // Pages and live streams are for browsers; what programs call lies under these.
        api.ShouldInclude = route => route.RelativePath is { } path
            && (path.StartsWith("api/", StringComparison.Ordinal) || path.StartsWith("metrics/", StringComparison.Ordinal));
        api.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Customer Success",
                Version = "v1",
                Description = "Send events, manage customers, read health. Every call needs an API key in the header x-api-key; "
                    + "times are UTC, days are UTC days, errors are problem details (RFC 9457) that name the field.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "x-api-key" },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
            return Task.CompletedTask;
        });
    });

    public static void Map(IEndpointRouteBuilder app) => app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Permissions.Viewer);
}
