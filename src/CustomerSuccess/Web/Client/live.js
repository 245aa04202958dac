// Live pages: htmx's server-sent events swap the fragment; here the mark in the header tells how the connection is,
// and figures that changed flash once.

const mark = () => document.getElementById("live");
let lost;

function tell(state) {
  clearTimeout(lost);
  lost = undefined;
  const element = mark();
  if (!element) return;
  element.hidden = false;
  element.dataset.state = state;
  for (const word of element.querySelectorAll("[data-when]")) word.hidden = word.dataset.when !== state;
}

// A stream is renewed twice a minute; only what stays away is worth a word.
const away = () => { lost ??= setTimeout(() => tell("lost"), 2500); };

document.addEventListener("htmx:sse:after:connection", () => tell("on"));
document.addEventListener("htmx:sse:before:connection", away);
document.addEventListener("htmx:sse:error", (event) => {
  // The session ended: the reload leads to the sign-in page and back.
  if (event.detail.status === 401 || event.detail.status === 403) location.reload();
  else away();
});
// A stream that could not even begin has no second try of its own.
for (const failed of ["htmx:response:error", "htmx:error"]) {
  document.addEventListener(failed, (event) => {
    const source = event.detail.ctx?.sourceElement;
    if (!source?.hasAttribute("hx-sse:connect")) return;
    away();
    setTimeout(() => { if (source.isConnected) htmx.process(source, true); }, 3000);
  });
}
addEventListener("offline", () => tell("lost"));

// Keyed by the figure's name, because a morph may move elements.
const figures = () => new Map([...document.querySelectorAll("[data-figure]")].map((e) => [e.dataset.figure, e.textContent.trim()]));
let before = new Map();
let first = true;
document.addEventListener("htmx:sse:before:message", () => { before = figures(); });
document.addEventListener("htmx:sse:after:message", () => {
  tell("on");
  // The first message may only restate the page in the reader's time zone.
  if (first) { first = false; return; }
  for (const element of document.querySelectorAll("[data-figure]")) {
    const was = before.get(element.dataset.figure);
    if (was === undefined || was === element.textContent.trim()) continue;
    element.classList.remove("flash");
    void element.offsetWidth;
    element.classList.add("flash");
    element.addEventListener("animationend", () => element.classList.remove("flash"), { once: true });
  }
});
