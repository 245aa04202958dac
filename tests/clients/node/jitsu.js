import { jitsuAnalytics } from "@jitsu/js";
import { address, count, each, key, told } from "./told.js";

const failed = [];
console.error = (...words) => failed.push(words.join(" "));
const client = jitsuAnalytics({ host: address, writeKey: key + ":secret", s2s: true, fetch });
await client.identify("user-1", { email: "ann@acme.example" });
await client.group("acme", { name: "Acme" });
await client.page({ name: "Start", url: "https://acme.example/docs?utm_source=news", path: "/docs" });
for (const call of each((n) => () => client.track("Report Created", { n }))) await call();
if (failed.length > 0) throw new Error(failed.join("\n"));
told({ report_created: count, identify: 1, group: 1, page_view: 1 });
