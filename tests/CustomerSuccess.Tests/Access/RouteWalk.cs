using System.Net;
using CustomerSuccess.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Access;

/// <summary>Who knocks at every door.</summary>
public sealed record Visitor(string Name, HttpClient Http, string? Key = null);

/// <summary>One door: a method, an address, and the policies it names.</summary>
public sealed record Door(string Method, string Address, IReadOnlyList<string> Policies, bool Open)
{
    public override string ToString() => $"{Method} {Address}";
}

/// <summary>Finds every route of a running product and knocks.</summary>
public static class RouteWalk
{
    /// <summary>Every route and method, with a made-up value for each parameter.</summary>
    public static IReadOnlyList<Door> Doors(House house) =>
    [
        .. house.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
        {
            var address = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
            {
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter when parameter.ParameterPolicies.Count > 0 => "1",
                _ => "nothing",
            }))));
            var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(each => each.Policy ?? "").ToArray();
            return (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                .Select(method => new Door(method, address, policies, endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null));
        }),
    ];

    /// <summary>Doors that neither name a policy of ours nor say that they are for everyone.</summary>
    public static IReadOnlyList<Door> Unmarked(IEnumerable<Door> doors) => [.. doors.Where(door =>
        !door.Open && (door.Policies.Count == 0 || door.Policies.Any(policy => policy is not (Permissions.Viewer or Permissions.Manager or Permissions.Admin or Permissions.Ingest or Permissions.AdminKey or Permissions.SignedIn))))];

    /// <summary>What a visitor must be told, written down from SPEC §0 and not read from the product: may the visitor pass?</summary>
    public static bool May(string visitor, Door door) => door.Open || door.Policies.All(policy => policy switch
    {
        Permissions.Viewer => visitor is "viewer" or "manager" or "admin" or "read key" or "admin key",
        Permissions.Manager => visitor is "manager" or "admin" or "admin key",
        Permissions.Admin => visitor is "admin" or "admin key",
        Permissions.Ingest => visitor is "ingest key" or "admin key",
        Permissions.AdminKey => visitor is "admin key",
        Permissions.SignedIn => visitor is "viewer" or "manager" or "admin",
        _ => false,
    });

    /// <summary>The status a visitor gets at a door. Writes are sent without a body and without a form token, so that nothing changes.</summary>
    public static async Task<HttpStatusCode> Knock(Visitor visitor, Door door, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(door.Method), door.Address);
        if (visitor.Key is not null) request.Headers.Add("x-api-key", visitor.Key);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Wait.Longest);
        using var answer = await visitor.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        return answer.StatusCode;
    }
}
