import { jitsuAnalytics } from "@jitsu/js";

window.start = async (address, key, count) => {
  const client = jitsuAnalytics({ host: address, writeKey: key + ":secret" });
  window.last = () => void client.track("Left");
  await client.page({ name: "Start" });
  for (let n = 0; n < count; n++) await client.track("Button Clicked", { n });
  await client.identify("user-1", { email: "ann@acme.example" });
  await client.group("acme", { name: "Acme" });
  for (let n = 0; n < count; n++) await client.track("Report Created", { n });
  return { page_view: 1, button_clicked: count, identify: 1, group: 1, report_created: count, left: 1 };
};
