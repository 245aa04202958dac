import { Analytics } from "@segment/analytics-node";
import { address, count, each, key, told } from "./told.js";

const client = new Analytics({ writeKey: key, host: address, maxEventsInBatch: 15, flushInterval: 300, maxRetries: 6 });
client.on("error", (error) => console.error(error));
each((n) => client.track({ userId: `user-${n % 5}`, event: "Report Created", properties: { n }, context: { groupId: "acme" } }));
each((n) => client.track({ anonymousId: `visitor-${n % 5}`, event: "Button Clicked", properties: { n } }));
client.identify({ userId: "user-1", anonymousId: "visitor-1", traits: { email: "ann@acme.example", plan: "pro" } });
client.page({ anonymousId: "visitor-1", category: "Docs", name: "Start", properties: { url: "https://acme.example/docs?utm_source=news#top", path: "/docs", title: "Start" } });
client.screen({ userId: "user-1", name: "Home" });
client.group({ userId: "user-1", groupId: "acme", traits: { name: "Acme", employees: 12 } });
client.alias({ userId: "user-1", previousId: "old-1" });
// Larger than the client's own limits say, which do not work.
client.track({ userId: "user-1", event: "Large", properties: { text: "x".repeat(40_000) } });
await client.closeAndFlush({ timeout: 20_000 });
told({ report_created: count, button_clicked: count, identify: 1, page_view: 1, screen_view: 1, group: 1, alias: 1, large: 1 });
