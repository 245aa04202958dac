namespace CustomerSuccess.Events.Sources.Setup;

/// <summary>One way to send events, as a person picks it.</summary>
/// <param name="Id">In addresses, as in segment-node.</param>
/// <param name="Name">As its makers call it.</param>
/// <param name="Kind">The kind of source it becomes (<see cref="Source.Kinds"/>); null for ways that use an API key or have a page of their own.</param>
/// <param name="Note">What it is for, in a few words.</param>
/// <param name="Domain">What it calls itself by where it carries no key: the field's label and hint; null where the write key says it all.</param>
/// <param name="Pages">It runs in web pages, so that origins can be named.</param>
/// <param name="Page">Where to go instead.</param>
public sealed record Client(string Id, string Name, string? Kind, string Note, (string Label, string Hint)? Domain = null, bool Pages = false, string? Page = null)
{
    private static readonly (string, string) Site = ("Domain", "As in example.com: the site the script is on.");

    public static IReadOnlyList<Client> All { get; } =
    [
        new("script", "Our script", "script", "For websites: visits without cookies, under 2 KB", Site),
        new("segment-node", "Segment, Node", "segment", "@segment/analytics-node"),
        new("segment-browser", "Segment, browser", "segment", "@segment/analytics-next", Pages: true),
        new("rudder-node", "RudderStack, Node", "rudder", "@rudderstack/rudder-sdk-node"),
        new("rudder-browser", "RudderStack, browser", "rudder", "@rudderstack/analytics-js", Pages: true),
        new("posthog-js", "PostHog, browser", "posthog", "posthog-js", Pages: true),
        new("posthog-node", "PostHog, Node", "posthog", "posthog-node"),
        new("plausible", "Plausible", "plausible", "The script or @plausible-analytics/tracker", Site),
        new("umami", "Umami", "umami", "The script or @umami/node", ("Website id", "The id Umami gave your site, or this new one.")),
        new("jitsu", "Jitsu", "jitsu", "@jitsu/js, in pages and in Node", Pages: true),
        new("action", "GitHub Action", null, "A step that tells what a workflow did"),
        new("http", "HTTP", null, "curl, or any language"),
        new("csv", "CSV files", null, "Customers and their history from a table", Page: "/settings/import"),
        new("webhooks", "GitHub and Stripe", null, "Webhooks: installations, pull requests, payments", Page: "/settings/webhooks"),
    ];

    public static Client? Find(string? id) => All.FirstOrDefault(client => client.Id == id);

    /// <summary>The clients a source of this kind can be set up with.</summary>
    public static IEnumerable<Client> Of(string kind) => All.Where(client => client.Kind == kind);
}
