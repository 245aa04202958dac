import Analytics from "analytics-node";
import { address, count, each, key, told } from "./told.js";

const client = new Analytics(key, { host: address, flushAt: 15, flushInterval: 300, retryCount: 5 });
each((n) => client.track({ userId: `user-${n % 5}`, event: "Report Created", properties: { n }, context: { groupId: "acme" } }));
each((n) => client.track({ anonymousId: `visitor-${n % 5}`, event: "Button Clicked", properties: { n } }));
client.identify({ userId: "user-1", anonymousId: "visitor-1", traits: { email: "ann@acme.example", plan: "pro" } });
client.page({ anonymousId: "visitor-1", category: "Docs", name: "Start", properties: { url: "https://acme.example/docs?utm_source=news#top", path: "/docs" } });
client.screen({ userId: "user-1", name: "Home" });
client.group({ userId: "user-1", groupId: "acme", traits: { name: "Acme", employees: 12 } });
client.alias({ userId: "user-1", previousId: "old-1" });
// Twenty events of 28 KB: one call of 560 KB.
each((n) => n < 20 && client.track({ userId: "user-1", event: "Large", properties: { text: "x".repeat(28_000) } }));
await client.flush();
await new Promise((done) => setTimeout(done, 2_500));
await client.flush();
told({ report_created: count, button_clicked: count, identify: 1, page_view: 1, screen_view: 1, group: 1, alias: 1, large: Math.min(count, 20) });
process.exit(0);
