using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Consent.Topics;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Messages.Consent;

/// <summary>Who wants what, who gets nothing, how often and when: routes and services.</summary>
public static class ConsentDoor
{
    private const int LargestForm = 64 * 1024;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<AddressKeys>().AddSingleton<SuppressionList>().AddSingleton<EditSuppressions>();
        services.AddSingleton<PreferenceTokens>().AddSingleton<PreferenceLinks>().AddSingleton<OpenLink>().AddSingleton<LinkDesk>().AddSingleton<ChangePreferences>().AddSingleton<EditPreferences>();
        services.AddSingleton<JudgeMessage>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        // Opened from mails, by people who are nobody here and by the servers of their mail providers. What the link carries is the permission.
        var links = app.MapGroup("").AllowAnonymous().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(LargestForm)).ExcludeFromDescription();
        links.MapGet("/preferences/{token}", ShowPreferences.Show);
        links.MapPost("/preferences/{token}", ShowPreferences.Submit);
        links.MapGet("/unsubscribe/{token}", Unsubscribe.Show);
        links.MapPost("/unsubscribe/{token}", Unsubscribe.Submit);

        var one = app.MapGroup("/api/v1/customers/{id}/preferences").OfCustomer().WithTags("Messages");
        one.MapGet("", EditPreferences.Show).RequireAuthorization(Permissions.Viewer);
        one.MapPut("{email}", EditPreferences.Handle).RequireAuthorization(Permissions.Manager);
        app.MapPost("/customers/{id}/preferences", EditPreferences.Submit).RequireAuthorization(Permissions.Manager).ExcludeFromDescription();

        var list = app.MapGroup("/api/v1/suppressions").WithTags("Messages");
        list.MapGet("", EditSuppressions.List).RequireAuthorization(Permissions.Manager);
        list.MapPost("", EditSuppressions.Add).RequireAuthorization(Permissions.Manager);
        list.MapDelete("{id}", EditSuppressions.Remove).RequireAuthorization(Permissions.Manager);
        SuppressionPages.Map(app);
        TopicPages.Map(app);
    }
}
