// The same calls for clients that share an interface. start(address, key, count, mode) makes them and says how many of each
// type there are; last() makes those that are still on their way when the page is left.

export const segment = (AnalyticsBrowser) => async (address, key, count, mode) => {
  const integrations = mode === "batch" ? { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 5, timeout: 500 } } } } : {};
  const [client] = await AnalyticsBrowser.load({ writeKey: key, cdnURL: address }, { integrations });
  window.last = () => void client.track("Left");
  // The user an event names is the one there is when it leaves, not when it was made.
  await Promise.all([client.page("Docs", "Start"), ...Array.from({ length: count }, (_, n) => client.track("Button Clicked", { n }))]);
  client.identify("user-1", { email: "ann@acme.example" });
  client.group("acme", { name: "Acme" });
  client.alias("user-1", "old-1");
  for (let n = 0; n < count; n++) client.track("Report Created", { n }, { groupId: "acme" });
  return { page_view: 1, button_clicked: count, identify: 1, group: 1, alias: 1, report_created: count, left: 1 };
};

// The current version makes no $pageleave of its own when the page goes into the browser's cache; the older one does.
export const posthog = (client, leaves) => async (address, key, count) => {
  await new Promise((loaded) => client.init(key, { api_host: address, autocapture: false, disable_session_recording: true, loaded }));
  window.last = () => void client.capture("Left");
  for (let n = 0; n < count; n++) client.capture("Button Clicked", { n });
  client.identify("user-1", { email: "ann@acme.example" });
  client.group("company", "acme", { name: "Acme" });
  client.alias("old-1");
  for (let n = 0; n < count; n++) client.capture("Report Created", { n });
  return { page_view: 1, button_clicked: count, identify: 1, group: 1, alias: 1, report_created: count, left: 1, page_leave: leaves };
};
