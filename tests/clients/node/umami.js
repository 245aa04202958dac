import { Umami } from "@umami/node";
import { address, count, each, key, told } from "./told.js";

const client = new Umami({ websiteId: key, hostUrl: address });
const answers = [
  ...(await Promise.all(each((n) => client.track({ url: "/docs?utm_source=news", hostname: "acme.example", title: "Docs", data: { n } })))),
  ...(await Promise.all(each((n) => client.track("Report Created", { n })))),
  await client.identify({ plan: "pro" }),
];
for (const answer of answers) {
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  if (!(await answer.json()).cache) throw new Error("no cache");
}
told({ page_view: count, report_created: count, identify: 1 });
