using System.Globalization;
using System.Text;

namespace CustomerSuccess.Bench;

/// <summary>The events of the load: what the GitHub Action and webhooks send, over all customers, each with an id of its own.</summary>
internal static class Traffic
{
    public static string Id(string run, int n) => string.Create(CultureInfo.InvariantCulture, $"{run}-{n}");

    /// <summary>Body for POST /metrics/track. The same number always gives the same event.</summary>
    public static byte[] Track(string run, int n, string[] customers)
    {
        var (type, metadata) = What(n);
        return Encoding.UTF8.GetBytes($$"""{"customer_id":"{{customers[Spread(n) % customers.Length]}}","event_type":"{{type}}","metadata":{{metadata}},"message_id":"{{Id(run, n)}}"}""");
    }

    /// <summary>The same as one element of POST /api/v1/events.</summary>
    public static string Envelope(string run, int n, string[] customers)
    {
        var (type, metadata) = What(n);
        return $$"""{"customer_id":"{{customers[Spread(n) % customers.Length]}}","type":"{{type}}","properties":{{metadata}},"id":"{{Id(run, n)}}"}""";
    }

    public static byte[] Batch(string run, int from, int count, string[] customers) =>
        Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(from, count).Select(n => Envelope(run, n, customers))) + "]");

    // Neighbours in time are about different customers, as they are when many send.
    private static int Spread(int n) => (int)((uint)n * 2654435761u >> 8);

    private static (string Type, string Metadata) What(int n) => (n % 20) switch
    {
        < 8 => ("api_call", """{"status":200}"""),
        < 14 => ("issue_resolution", string.Create(CultureInfo.InvariantCulture,
            $$"""{"issue_url":"https://github.com/acme/app/issues/{{n}}","pr_url":"https://github.com/acme/app/pull/{{n}}","success":true,"duration_ms":{{n % 9000}}}""")),
        < 17 => ("pr_merged", string.Create(CultureInfo.InvariantCulture, $$"""{"pr_url":"https://github.com/acme/app/pull/{{n - 6}}"}""")),
        17 => ("issue_tagged", string.Create(CultureInfo.InvariantCulture, $$"""{"issue_url":"https://github.com/acme/app/issues/{{n}}"}""")),
        18 => ("support_request", """{"topic":"how","message":"How do I exclude generated code?"}"""),
        _ => ("onboarding_step_" + Onboarding.OnboardingSteps.All[n / 20 % 5], "{}"),
    };
}
