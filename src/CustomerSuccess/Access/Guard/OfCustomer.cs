namespace CustomerSuccess.Access.Guard;

/// <summary>
/// Marks a route as being about the customer its parameter names. A key that is bound to a customer reaches, ingest aside,
/// only such routes and only its own customer; another customer's answer 404.
/// </summary>
public sealed record OfCustomer(string Parameter)
{
    /// <summary>Whether the request is about this customer.</summary>
    internal static bool Own(HttpContext? request, string customer) => Named(request) is { } named && named == customer;

    /// <summary>The customer a marked route names; null on any other route.</summary>
    internal static string? Named(HttpContext? request) =>
        request?.GetEndpoint()?.Metadata.GetMetadata<OfCustomer>() is { } mark ? request.GetRouteValue(mark.Parameter)?.ToString() : null;
}

public static class OfCustomerRoutes
{
    /// <summary>Lets keys of one customer in, for that customer only.</summary>
    public static T OfCustomer<T>(this T route, string parameter = "id") where T : IEndpointConventionBuilder => route.WithMetadata(new OfCustomer(parameter));
}
