using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace CustomerSuccess.Access.Keys;

/// <summary>Reads a key from x-api-key or Authorization: Bearer, never from the address.</summary>
public sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, KnownKeys known)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Header = "x-api-key";
    private const string Bearer = "Bearer ";

    /// <summary>Set on a request whose key could not be looked up because the database is away.</summary>
    public static readonly object DatabaseAway = new();

    /// <summary>A request that presents a key is judged by it alone; its cookies count for nothing.</summary>
    public static bool Presented(HttpRequest request) =>
        request.Headers.ContainsKey(Header) || request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    /// <summary>The text presented as a key; empty where there is none.</summary>
    public static string Read(HttpRequest request) => !Presented(request) ? ""
        : request.Headers.TryGetValue(Header, out var header) ? header.ToString() : request.Headers[HeaderNames.Authorization].ToString()[Bearer.Length..].Trim();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Presented(Request)) return AuthenticateResult.NoResult();
        try
        {
            return await known.Find(Read(Request)) is { } principal
                ? AuthenticateResult.Success(new(principal, Scheme.Name))
                // Not Fail: that writes a line for every request of someone who keeps trying.
                : AuthenticateResult.NoResult();
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            Context.Items[DatabaseAway] = true;
            return AuthenticateResult.NoResult();
        }
    }
}
