// The page loads Umami's own script as its users do.
window.start = async (address, site, count) => {
  const script = document.createElement("script");
  Object.assign(script.dataset, { websiteId: site, hostUrl: address });
  script.src = "/umami-script.js";
  const loaded = new Promise((done) => script.addEventListener("load", done));
  document.head.append(script);
  await loaded;
  for (let tries = 0; !window.umami && tries < 50; tries++) await new Promise((done) => setTimeout(done, 50));
  window.last = () => void window.umami.track("Left");
  for (let n = 0; n < count; n++) await window.umami.track("Button Clicked", { n });
  for (let n = 0; n < count; n++) await window.umami.track("Report Created", { n });
  await window.umami.identify({ plan: "pro" });
  return { page_view: 1, button_clicked: count, report_created: count, identify: 1, left: 1 };
};
