namespace CustomerSuccess.Events.Sources.Setup;

/// <summary>Code to copy, with where it goes.</summary>
public sealed record Snippet(string Title, string Text);

/// <summary>What to paste for each client, with the installation's address and the key filled in. Pure; the options are those the real clients need.</summary>
public static class Snippets
{
    /// <param name="client">One of <see cref="Client.All"/>.</param>
    /// <param name="address">Of this installation, without a slash at the end, as in https://cs.example.com.</param>
    /// <param name="key">The write key, or a placeholder for an API key.</param>
    /// <param name="domain">Domain or website id, for clients without a key.</param>
    public static IReadOnlyList<Snippet> For(Client client, Uri address, string key, string domain)
    {
        var host = address.AbsoluteUri.TrimEnd('/');
        var path = address.AbsolutePath.TrimEnd('/');
        return client.Id switch
        {
            "script" =>
            [
                new("In the head of every page", $"""<script defer data-domain="{Attribute(domain)}" src="{host}/js/script.js"></script>"""),
                new("For events of your own, before it", "<script>window.cs=window.cs||function(){(cs.q=cs.q||[]).push(arguments)}</script>"),
                new("Then anywhere", "cs('trial_started', { props: { plan: 'pro' } })"),
            ],
            "segment-node" =>
            [
                new("Install", "npm install @segment/analytics-node"),
                // A path in host is dropped by the client.
                new("Where your server starts", $$"""
                    import { Analytics } from '@segment/analytics-node'

                    const analytics = new Analytics({
                      writeKey: '{{key}}',
                      host: '{{address.GetLeftPart(UriPartial.Authority)}}',
                      path: '{{path}}/v1/batch',
                    })
                    analytics.track({ userId: 'user-42', event: 'Trial Started' })
                    """),
            ],
            "segment-browser" =>
            [
                new("Install", "npm install @segment/analytics-next"),
                new("Where your application starts", $$"""
                    import { AnalyticsBrowser } from '@segment/analytics-next'

                    const analytics = AnalyticsBrowser.load(
                      { writeKey: '{{key}}', cdnURL: '{{host}}' },
                      { integrations: { 'Segment.io': { apiHost: '{{host[(address.Scheme.Length + 3)..]}}/v1', protocol: '{{address.Scheme}}' } } },
                    )
                    analytics.page()
                    """),
            ],
            "rudder-node" =>
            [
                new("Install", "npm install @rudderstack/rudder-sdk-node"),
                new("Where your server starts", $$"""
                    import RudderAnalytics from '@rudderstack/rudder-sdk-node'

                    const analytics = new RudderAnalytics('{{key}}', { dataPlaneUrl: '{{host}}' })
                    analytics.track({ userId: 'user-42', event: 'Trial Started' })
                    """),
            ],
            "rudder-browser" =>
            [
                new("Install", "npm install @rudderstack/analytics-js"),
                // The package's main entry would load plugins from its makers' servers.
                new("Where your application starts", $$"""
                    import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'

                    const analytics = new RudderAnalytics()
                    analytics.load('{{key}}', '{{host}}', { configUrl: '{{host}}' })
                    analytics.page()
                    """),
            ],
            "posthog-js" =>
            [
                new("Install", "npm install posthog-js"),
                new("Where your application starts", $$"""
                    import posthog from 'posthog-js'

                    posthog.init('{{key}}', {
                      api_host: '{{host}}',
                      disable_session_recording: true,
                      disable_external_dependency_loading: true,
                    })
                    """),
            ],
            "posthog-node" =>
            [
                new("Install", "npm install posthog-node"),
                new("Where your server starts", $$"""
                    import { PostHog } from 'posthog-node'

                    const posthog = new PostHog('{{key}}', { host: '{{host}}' })
                    posthog.capture({ distinctId: 'user-42', event: 'trial started' })
                    """),
            ],
            "plausible" =>
            [
                new("The script you have, with our address", $"""<script defer data-domain="{Attribute(domain)}" data-api="{host}/api/event" src="https://plausible.io/js/script.js"></script>"""),
                new("Or @plausible-analytics/tracker", $$"""
                    import { init } from '@plausible-analytics/tracker'

                    init({ domain: '{{Quoted(domain)}}', endpoint: '{{host}}/api/event' })
                    """),
            ],
            "umami" =>
            [
                new("The script you have, with our address", $"""<script defer src="https://cloud.umami.is/script.js" data-website-id="{Attribute(domain)}" data-host-url="{host}"></script>"""),
                new("Or @umami/node", $$"""
                    import { Umami } from '@umami/node'

                    const umami = new Umami({ websiteId: '{{Quoted(domain)}}', hostUrl: '{{host}}' })
                    """),
            ],
            "jitsu" =>
            [
                new("Install", "npm install @jitsu/js"),
                // The client refuses to start with a key that holds no colon.
                new("Where your application starts", $$"""
                    import { jitsuAnalytics } from '@jitsu/js'

                    const analytics = jitsuAnalytics({ host: '{{host}}', writeKey: '{{key}}:-' })
                    analytics.page()
                    """),
            ],
            "action" =>
            [
                new("A step of your workflow; keep the key as the secret CS_API_KEY", $$$$"""
                    - name: Tell customer success
                      run: |
                        curl --fail --retry 3 {{{{host}}}}/metrics/track \
                          -H "x-api-key: ${{ secrets.CS_API_KEY }}" -H "Content-Type: application/json" \
                          -d '{"customer_id": "c1001", "event_type": "onboarding_step_first_pr_generated", "metadata": {"step": "first_pr_generated"}}'
                    """),
            ],
            "http" =>
            [
                new("One event", $$$"""
                    curl --fail {{{host}}}/api/v1/events -H "x-api-key: $CS_API_KEY" -H "Content-Type: application/json" \
                      -d '{"id": "order-1001", "type": "api_call", "customer_id": "c1001", "properties": {"status": 200}}'
                    """),
                new("Up to 1,000 in one call", $$"""
                    curl --fail {{host}}/api/v1/events -H "x-api-key: $CS_API_KEY" -H "Content-Type: application/json" \
                      -d '[{"type": "page_view", "visitor_id": "v1", "url": "https://example.com/"}, {"type": "signup", "visitor_id": "v1", "person_id": "u1"}]'
                    """),
                new("What became of one", $"curl {host}/api/v1/messages/order-1001 -H \"x-api-key: $CS_API_KEY\""),
            ],
            _ => [],
        };
    }

    // A domain is what an admin typed; in code it is text and nothing else.
    private static string Attribute(string text) => System.Net.WebUtility.HtmlEncode(text);

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
