// With POSTHOG_CAPTURE_MODE=v1 in the environment the same client speaks its newest way.
import { PostHog } from "posthog-node";
import { address, count, each, key, told } from "./told.js";

const client = new PostHog(key, { host: address, flushAt: 15, flushInterval: 300, fetchRetryDelay: 300, fetchRetryCount: 5, personalApiKey: "phx_made_up", featureFlagsPollingInterval: 60_000 });
client.on("error", (error) => console.error(error));
each((n) => client.capture({ distinctId: `user-${n % 5}`, event: "Report Created", properties: { n }, groups: { company: "acme" } }));
each((n) => client.capture({ distinctId: `user-${n % 5}`, event: "$pageview", properties: { $current_url: "https://acme.example/docs?utm_source=news#top", $session_id: "session-1" } }));
client.identify({ distinctId: "user-1", properties: { email: "ann@acme.example", plan: "pro", $anon_distinct_id: "visitor-1" } });
client.groupIdentify({ groupType: "company", groupKey: "acme", properties: { name: "Acme", employees: 12 } });
client.alias({ distinctId: "user-1", alias: "visitor-1" });
client.capture({ distinctId: "user-1", event: "Large", properties: { text: "x".repeat(40_000) } });
if (await client.isFeatureEnabled("anything", "user-1")) throw new Error("a flag is on");
// The timers of its retries do not keep a process alive.
const alive = setInterval(() => {}, 1_000);
await client.shutdown(20_000);
clearInterval(alive);
told({ report_created: count, page_view: count, identify: 1, group: 1, alias: 1, large: 1, feature_flag_called: 1 });
