import Rudder from "@rudderstack/rudder-sdk-node";
import { address, count, each, key, told } from "./told.js";

const client = new Rudder(key, { dataPlaneUrl: address, flushAt: 15, flushInterval: 300, maxFlushInterval: 1_000, logLevel: "error" });
each((n) => client.track({ userId: `user-${n % 5}`, event: "Report Created", properties: { n }, context: { groupId: "acme" } }));
each((n) => client.track({ anonymousId: `visitor-${n % 5}`, event: "Button Clicked", properties: { n } }));
client.identify({ userId: 42, traits: { email: "ann@acme.example", plan: "pro" } });
client.page({ anonymousId: "visitor-1", name: "Start", properties: { url: "https://acme.example/docs?utm_source=news#top", path: "/docs" } });
client.screen({ userId: "user-1", name: "Home" });
client.group({ userId: "user-1", groupId: "acme", traits: { name: "Acme", employees: 12 } });
client.alias({ userId: "user-1", previousId: "old-1" });
await client.flush();
await new Promise((done) => setTimeout(done, 4_000));
await client.flush();
told({ report_created: count, button_clicked: count, identify: 1, page_view: 1, screen_view: 1, group: 1, alias: 1 });
process.exit(0);
