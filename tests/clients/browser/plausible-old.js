import Plausible from "plausible-tracker";

window.start = async (address, site, count) => {
  const client = Plausible({ domain: site, apiHost: address, trackLocalhost: true });
  window.last = () => client.trackEvent("Left");
  client.trackPageview();
  for (let n = 0; n < count; n++) client.trackEvent("Button Clicked", { props: { n: String(n) } });
  for (let n = 0; n < count; n++) client.trackEvent("Report Created", { props: { n: String(n) } });
  return { page_view: 1, button_clicked: count, report_created: count, left: 1 };
};
