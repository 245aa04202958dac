using System.Net;
using Polly;
using Polly.Retry;

namespace CustomerSuccess.Platform.Http.Outgoing;

/// <summary>Calls that may be repeated are, while the other side has a passing fault: connection lost, 5xx, no answer in time. 429 and 403 are the caller's to obey.</summary>
public static class Retries
{
    /// <param name="first">The first pause; it doubles, with jitter.</param>
    /// <param name="clock">Measures the pauses.</param>
    /// <param name="most">Repeats beside the first try.</param>
    public static ResiliencePipeline<HttpResponseMessage> Of(TimeSpan first, TimeProvider clock, int most = 3) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = most,
                Delay = first,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = tried => ValueTask.FromResult(tried.Outcome switch
                {
                    { Exception: HttpRequestException { InnerException: AddressRefused } } => false,
                    { Exception: HttpRequestException or TaskCanceledException { InnerException: TimeoutException } } => true,
                    { Result.StatusCode: HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError } => true,
                    _ => false,
                }),
            })
            .Build();
}
