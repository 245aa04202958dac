using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Guards;

/// <summary>What a handler needs can be taken in at a glance: more than six parameters, the cancellation aside, belong together in a record.</summary>
public sealed class HandlerTests(House house) : IClassFixture<House>
{
    private const int Most = 6;

    // Older than this guard. They may become fewer.
    private static readonly string[] Known =
        ["SignIn.Handle", "ExportPage.Handle", "ChangePassword.Handle", "ShowIdentities.ShowLink", "IngestionPages.Show", "WebhookPages.Save"];

    [Fact]
    public void No_handler_asks_for_more_than_six_things() =>
        house.Services.GetRequiredService<EndpointDataSource>().Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<MethodInfo>()).OfType<MethodInfo>().Distinct()
            .Where(method => method.GetParameters().Count(one => one.ParameterType != typeof(CancellationToken)) > Most).Select(method => $"{method.DeclaringType!.Name}.{method.Name}").Where(name => !Known.Contains(name)).Distinct().ShouldBeEmpty();
}
