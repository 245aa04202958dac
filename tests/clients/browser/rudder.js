import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

window.start = async (address, key, count, mode) => {
  const client = new RudderAnalytics();
  client.load(key, address, {
    configUrl: address,
    logLevel: "ERROR",
    ...(mode === "batch" ? { queueOptions: { batch: { enabled: true, maxItems: 5, flushInterval: 500 } } } : mode === "beacon" ? { useBeacon: true, beaconQueueOptions: { maxItems: 5, flushQueueInterval: 500 } } : {}),
  });
  await new Promise((loaded) => client.ready(loaded));
  window.last = () => void client.track("Left");
  client.page("Docs", "Start");
  for (let n = 0; n < count; n++) client.track("Button Clicked", { n });
  client.identify("user-1", { email: "ann@acme.example" });
  client.group("acme", { name: "Acme" });
  client.alias("user-1", "old-1");
  for (let n = 0; n < count; n++) client.track("Report Created", { n });
  return { page_view: 1, button_clicked: count, identify: 1, group: 1, alias: 1, report_created: count, left: 1 };
};
