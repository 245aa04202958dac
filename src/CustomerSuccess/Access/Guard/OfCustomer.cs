namespace CustomerSuccess.Access.Guard;

/// <summary>
/// Marks a route as being about the customer its parameter names. A key that is bound to a customer reaches, ingest aside,
/// only such routes and only its own customer; another customer's answer 404.
/// </summary>
public sealed record OfCustomer(string Parameter, bool InQuery = false)
{
    /// <summary>Whether the request is about this customer.</summary>
    internal static bool Own(HttpContext? request, string customer) => Named(request) is { } named && named == customer;

    /// <summary>The customer a marked route names; null on any other route.</summary>
    internal static string? Named(HttpContext? request) =>
        request?.GetEndpoint()?.Metadata.GetMetadata<OfCustomer>() is not { } mark ? null
        : mark.InQuery ? request.Request.Query[mark.Parameter] is [{ Length: > 0 } one] ? one : null
        : request.GetRouteValue(mark.Parameter)?.ToString();
}

public static class OfCustomerRoutes
{
    /// <summary>Lets keys of one customer in, for that customer only.</summary>
    /// <param name="route">The route, or a group.</param>
    /// <param name="parameter">What names the customer.</param>
    /// <param name="inQuery">It stands behind the question mark; a key of one customer has to name it.</param>
    public static T OfCustomer<T>(this T route, string parameter = "id", bool inQuery = false) where T : IEndpointConventionBuilder => route.WithMetadata(new OfCustomer(parameter, inQuery));
}
