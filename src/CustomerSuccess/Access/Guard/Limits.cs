using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using CustomerSuccess.Access.Keys;
using Microsoft.AspNetCore.RateLimiting;

namespace CustomerSuccess.Access.Guard;

/// <summary>
/// How often one address may ask. Requests with a key that has worked are counted per key (<see cref="Refusals"/>), all
/// others, and those of pages of other sites, per address, so that made-up keys are no way round it; trying passwords and tokens has a limit of its own. Answers 429 with Retry-After, never the limiter's 503.
/// </summary>
public sealed class Limits : IDisposable
{
    /// <summary>The limit of routes that check a password or a one-time token.</summary>
    public const string Credentials = "credentials";

    internal PartitionedRateLimiter<HttpContext> Everybody { get; } = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        // Whatever key it carries: these routes know nothing of who is signed in, so no key is counted there before the work.
        // Many visitors share the address of their office, and servers that send events have one.
        context.GetEndpoint()?.Metadata.GetMetadata<FromAnywhere>() is not null ? Bucket("events " + Address(context), burst: 20_000, perSecond: 5_000)
        : context.RequestServices.GetRequiredService<KnownKeys>().Knows(KeyAuthentication.Read(context.Request)) ? RateLimitPartition.GetNoLimiter("key")
        : Bucket(Address(context), burst: 2_000, perSecond: 400));

    private readonly PartitionedRateLimiter<HttpContext> credentials = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        RateLimitPartition.GetTokenBucketLimiter(Address(context), _ => new()
        {
            TokenLimit = 30,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(2),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));

    /// <summary>The framework's own middleware never ends the timer of its limiter, which holds on to the whole product: hundreds of times in one run of the tests.</summary>
    public static IApplicationBuilder Use(IApplicationBuilder app)
    {
        var limits = app.ApplicationServices.GetRequiredService<Limits>();
        return app.Use(next => context => limits.Ask(context, next));
    }

    public void Dispose()
    {
        Everybody.Dispose();
        credentials.Dispose();
    }

    private Task Ask(HttpContext context, RequestDelegate next)
    {
        var tries = context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName == Credentials;
        return !Asked(Everybody, context, out var wait) || tries && !Asked(credentials, context, out wait) ? Refuse(context, wait) : next(context);
    }

    private static bool Asked(PartitionedRateLimiter<HttpContext> limiter, HttpContext context, out TimeSpan wait)
    {
        using var lease = limiter.AttemptAcquire(context);
        wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        return lease.IsAcquired;
    }

    private static Task Refuse(HttpContext context, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Refusals.WantsPage(context.Request)
            ? Refusals.Status(context, StatusCodes.Status429TooManyRequests)
            : Refusals.Problem(context, StatusCodes.Status429TooManyRequests, "Too many requests", $"Try again in {seconds} seconds.", seconds);
    }

    private static RateLimitPartition<string> Bucket(string address, int burst, int perSecond) =>
        RateLimitPartition.GetTokenBucketLimiter(address, _ => new()
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
            AutoReplenishment = true,
        });

    // An IPv6 customer holds a whole /64; counting single addresses of it would count nothing.
    private static string Address(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
