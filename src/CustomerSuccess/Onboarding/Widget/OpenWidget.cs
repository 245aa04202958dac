using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Onboarding.Workflow;
using Dapper;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>What the widget's calls have in common: whose token it is, how often that customer asks, and what is shown.</summary>
public sealed class OpenWidget(NpgsqlDataSource db, KnownWidget known, IOptions<JsonOptions> json) : IDisposable
{
    private const string Bearer = "Bearer ";

    // Of one customer, for all who look at once: each browser asks again four times a minute where streams do not work, and streams begin anew.
    private readonly PartitionedRateLimiter<string> reads = Limiter(burst: 300, perSecond: 20), deeds = Limiter(burst: 20, perSecond: 1);

    /// <summary>The token of a request, or how it is refused. The same 401 for whatever is wrong with it: forged, expired, somebody else's, of nobody.</summary>
    public async Task<(WidgetToken? Who, IResult? Refused)> Run(HttpContext http, bool acts, CancellationToken ct)
    {
        if (await Presented(http, ct) is not { } who) return (null, NotRight(http));
        using var lease = (acts ? deeds : reads).AttemptAcquire(who.Customer);
        if (!lease.IsAcquired)
        {
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            return (null, Later(http, Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))));
        }

        return await Exists(who.Customer, ct) ? (who, null) : (null, NotRight(http));
    }

    /// <summary>Whether it still works, without asking the database.</summary>
    public async Task<bool> StillRight(HttpContext http, CancellationToken ct) => await Presented(http, ct) is not null;

    /// <summary>The same rule for a token that stands in an address.</summary>
    public async Task<WidgetToken?> Of(string token, CancellationToken ct) => await known.Find(token, ct) is { } who && await Exists(who.Customer, ct) ? who : null;

    /// <summary>What this customer sees now; null where there is none any more.</summary>
    public async Task<WidgetState?> State(string customer, string? lang, CancellationToken ct)
    {
        var blockers = (await known.Settings(ct)).Blockers;
        return await Exists(customer, ct) && await ReadWorkflow.One(db, customer, ct) is { } found ? WidgetState.Of(found, blockers, lang) : null;
    }

    public async Task<WidgetState> Shown(CustomerWorkflow of, string? lang, CancellationToken ct) => WidgetState.Of(of, (await known.Settings(ct)).Blockers, lang);

    /// <summary>As every answer of the API is written.</summary>
    public string Json(WidgetState state) => JsonSerializer.Serialize(state, json.Value.SerializerOptions);

    public static IResult NotRight(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem("Ask the page for a new one.", statusCode: StatusCodes.Status401Unauthorized, title: "This token does not work");
    }

    public static IResult Later(HttpContext http, int seconds, string? words = null)
    {
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(words, statusCode: StatusCodes.Status429TooManyRequests, title: "Too many requests");
    }

    public void Dispose()
    {
        reads.Dispose();
        deeds.Dispose();
    }

    private async Task<WidgetToken?> Presented(HttpContext http, CancellationToken ct)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? await known.Find(header[Bearer.Length..].Trim(), ct) : null;
    }

    private async Task<bool> Exists(string customer, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from customers where customer_id = @customer and archived_at is null)", new { customer }, cancellationToken: ct));
    }

    private static PartitionedRateLimiter<string> Limiter(int burst, int perSecond) => PartitionedRateLimiter.Create<string, string>(customer => RateLimitPartition.GetTokenBucketLimiter(customer, _ => new()
    {
        TokenLimit = burst,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = true,
    }));
}
