using System.Globalization;
using System.Text;

namespace CustomerSuccess.Bench;

/// <summary>The events of the load: one of several mixes, over all customers, each event with an id of its own.</summary>
internal sealed class Traffic(string run, string mix, string[] customers)
{
    /// <summary>
    /// action: what the GitHub Action and webhooks send, in their proportions; resolutions, calls, views, custom: one kind
    /// alone; all: the five in turns. What an event costs depends on its kind, so a figure belongs to a mix.
    /// </summary>
    public static readonly string[] Mixes = ["action", "resolutions", "calls", "views", "custom", "all"];

    public static Traffic Of(string run, Options options, string[] customers)
    {
        var mix = options.Text("mix", "action");
        return Mixes.Contains(mix, StringComparer.Ordinal) ? new(run, mix, customers) : throw new ArgumentException($"--mix is one of {string.Join(", ", Mixes)}");
    }

    public string Run => run;

    public string Mix => mix;

    public string Id(int n) => string.Create(CultureInfo.InvariantCulture, $"{run}-{n}");

    // Neighbours in time are about different customers, as they are when many send.
    public string Customer(int n) => customers[(int)((uint)n * 2654435761u >> 8) % customers.Length];

    /// <summary>Body for POST /metrics/track. The same number always gives the same event.</summary>
    public byte[] Track(int n)
    {
        var (type, properties, more) = What(n);
        return Encoding.UTF8.GetBytes($$"""{"customer_id":"{{Customer(n)}}","event_type":"{{type}}","metadata":{{properties}},{{more}}"message_id":"{{Id(n)}}"}""");
    }

    /// <summary>The same as one element of POST /api/v1/events.</summary>
    public string Envelope(int n)
    {
        var (type, properties, more) = What(n);
        return $$"""{"customer_id":"{{Customer(n)}}","type":"{{type}}","properties":{{properties}},{{more}}"id":"{{Id(n)}}"}""";
    }

    public byte[] Batch(IEnumerable<int> numbers) => Encoding.UTF8.GetBytes("[" + string.Join(',', numbers.Select(Envelope)) + "]");

    /// <summary>Type, properties as JSON, and further fields of the message, each with a comma behind it.</summary>
    public (string Type, string Properties, string More) What(int n) => mix switch
    {
        "action" => Action(n),
        "resolutions" => Resolution(n),
        "calls" => Call(n),
        "views" => View(n),
        "custom" => Custom(n),
        _ => (n % 5) switch { 0 => Resolution(n), 1 => Call(n), 2 => View(n), 3 => Custom(n), _ => Action(n / 5) },
    };

    private static (string, string, string) Action(int n) => (n % 20) switch
    {
        < 8 => Call(n),
        < 14 => Resolution(n),
        < 17 => ("pr_merged", F($$"""{"pr_url":"https://github.com/acme/app/pull/{{n - 6}}"}"""), ""),
        17 => ("issue_tagged", F($$"""{"issue_url":"https://github.com/acme/app/issues/{{n}}"}"""), ""),
        18 => ("support_request", """{"topic":"how","message":"How do I exclude generated code?"}""", ""),
        _ => ("onboarding_step_" + Onboarding.OnboardingSteps.All[n / 20 % 5], "{}", ""),
    };

    private static (string, string, string) Resolution(int n) => ("issue_resolution", F(
        $$"""{"issue_url":"https://github.com/acme/app/issues/{{n}}","pr_url":"https://github.com/acme/app/pull/{{n}}","success":true,"duration_ms":{{n % 9000}}}"""), "");

    private static (string, string, string) Call(int n) => ("api_call", F($$"""{"status":{{(n % 25 == 0 ? 429 : 200)}}}"""), "");

    private static (string, string, string) View(int n) => ("page_view", F($$"""{"title":"Docs {{n % 400}}"}"""), F(
        $$""" "visitor_id":"v{{n % 5000}}","session_id":"s{{n % 9000}}","url":"https://example.com/docs/{{n % 400}}","referrer":"https://www.google.com/","utm_source":"newsletter","utm_campaign":"spring","""));

    private static (string, string, string) Custom(int n) => (n % 2 == 0 ? "report_exported" : "feature_used", F(
        $$"""{"feature":"bulk_edit","plan":"team","rows":{{n % 700}},"took_ms":{{n % 300}},"tags":["a","b"],"screen":{"width":1440,"height":900},"version":"4.{{n % 30}}.1"}"""),
        F($$""" "person_id":"p{{n % 3000}}","occurred_at":"{{TimeProvider.System.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}}","""));

    private static string F(FormattableString text) => FormattableString.Invariant(text);
}
