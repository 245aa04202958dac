// What a website loads from /js/script.js: page views, time on page, clicks that lead away, and events of its own.
// Nothing is stored in the browser: no cookie, no storage, no id. Under 2 KB packed, which a test measures; so it is terse.
// The wire is Plausible's /api/event (text/plain, hence no preflight) with fields of ours: id, ts, uid. See docs/guide/tracker.md.
const script = document.currentScript || document.querySelector("script[data-domain]");
const options = script.dataset;
const address = options.api || new URL("../api/event", script.src).href;
const has = (name) => name in options;

// Programs, our own machines and people who said no are not counted. The functions below work all the same: pages call them.
const silent =
  (!has("local") && /^(|localhost|.*\.localhost|127\..*|0\.0\.0\.0|\[::1?\])$/.test(location.hostname)) ||
  navigator.webdriver || window.Cypress || window._phantom || window.__nightmare || /headless|phantom/i.test(navigator.userAgent) ||
  (options.dnt != "ignore" && (navigator.doNotTrack == 1 || navigator.globalPrivacyControl));

let waiting = [];
let from = document.referrer;
let url, path, person, spent, since, depth;

const hidden = () => document.visibilityState != "visible";
const here = () => (has("hash") ? location.href : location.href.split("#")[0]);
// What makes another page: the path, in hash mode the fragment too. A changed query is the same page.
const place = () => location.pathname + (has("hash") ? location.hash : "");

function post(body, tries) {
  const again = () => post(body, tries + 1);
  fetch(address, { method: "POST", body, keepalive: true, credentials: "omit" })
    .then((answer) => { if (answer.status == 429 || answer.status > 499) throw 0; })
    // Sent again under the same id, so that what did arrive is not counted twice.
    .catch(() => { if (tries < 5) navigator.onLine ? setTimeout(again, 2000 << tries) : addEventListener("online", again, { once: true }); });
}

function send(name, props, more) {
  if (silent) return;
  const now = Date.now();
  const body = JSON.stringify(Object.assign({
    n: name, u: here(), d: options.domain || location.hostname, r: from || null, h: +has("hash"), p: props, uid: person,
    ts: now, id: now.toString(36) + Math.random().toString(36).slice(2),
  }, more));
  waiting ? waiting.push(body) : post(body, 0);
}

function tally() {
  const now = performance.now();
  if (since) spent += now - since;
  since = hidden() ? 0 : now;
  const page = document.documentElement;
  depth = Math.max(depth, Math.min(100, Math.round(((scrollY + innerHeight) / page.scrollHeight) * 100) || 0));
}

// The visible time since it was last told, in ms; the figures of one page add up.
function leave() {
  tally();
  if (url && spent >= 500) {
    send("engagement", {}, { u: url, e: Math.round(spent), sd: depth });
    spent = 0;
  }
}

function page() {
  leave();
  // As a browser does between documents: the page before is the referrer.
  from = url || from;
  url = here();
  path = place();
  spent = since = depth = 0;
  tally();
  const clicks = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    if (/^([dg]|fb|tt|tw|y)clid$|^[gw]braid$|^(msclkid|li_fat_id|ScCid|rdt_cid|epik|irclickid)$/.test(name)) clicks[name] = value;
  });
  send("pageview", clicks);
}

const moved = () => { if (place() != path) page(); };

function clicked(event) {
  const link = event.composedPath().find((each) => each.href && each.host);
  if (!link || event.button > 1) return;
  const file = has("files") && new RegExp("\\.(" + (options.files || "pdf|docx?|xlsx?|pptx?|csv|zip|gz|dmg|exe|mp[34]") + ")$", "i").test(link.pathname);
  if (file || link.host != location.host) send(file ? "File Download" : "Outbound Link: Click", { url: link.href });
}

function cs(name, about, traits) {
  if (name == "pageview") return page();
  if (name == "identify") person = about;
  else traits = (about && about.props) || about;
  send(name, traits || {});
}
cs.identify = (id, traits) => cs("identify", id, traits);

// A page loaded in the background or ahead of its visit is seen when it is shown, or never.
function begin() {
  if (!waiting || hidden()) return;
  const before = waiting;
  waiting = 0;
  if (!has("manual")) page();
  before.forEach((body) => post(body, 0));
}

const asked = window.cs && window.cs.q;
window.cs = cs;
addEventListener("scroll", tally, { passive: true });
addEventListener("pagehide", leave);
// Back from the cache of pages: a new look at the page, and the time away was not spent on it.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  since = 0;
  if (!has("manual")) page();
});
document.addEventListener("visibilitychange", () => { begin(); hidden() ? leave() : tally(); });
document.addEventListener("click", clicked, true);
document.addEventListener("auxclick", clicked, true);
if (!has("manual")) {
  ["pushState", "replaceState"].forEach((name) => {
    const real = history[name];
    history[name] = function () {
      const said = real.apply(this, arguments);
      moved();
      return said;
    };
  });
  addEventListener("popstate", moved);
  addEventListener("hashchange", moved);
}
begin();
(asked || []).forEach((call) => cs.apply(0, call));
