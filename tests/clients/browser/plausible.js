import { init, track } from "@plausible-analytics/tracker";

window.start = async (address, site, count) => {
  init({ domain: site, endpoint: address + "/api/event", captureOnLocalhost: true, outboundLinks: true, logging: false });
  window.last = () => {
    document.querySelector("#away").addEventListener("click", (event) => event.preventDefault());
    document.querySelector("#away").click();
    track("Left", {});
  };
  for (let n = 0; n < count; n++) track("Button Clicked", { props: { n: String(n) } });
  for (let n = 0; n < count; n++) track("Report Created", { props: { n: String(n) }, revenue: { amount: 12.5, currency: "EUR" } });
  return { page_view: 1, button_clicked: count, report_created: count, outbound_click: 1, left: 1 };
};
