// The customer's checklist, on a page of the company's own product: docs/guide/widget.md. It lives in a shadow root with its own style sheet, which
// needs no word in the page's policy besides script-src and connect-src, and sets no cookie.
import { celebrate } from "./confetti.js";
import { make } from "./make.js";
import css from "./widget.css";
import { language, speak } from "./texts.js";
import { draw, form } from "./view.js";
import { connect } from "./wire.js";

const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
const options = script.dataset;
const address = new URL(".", script.src).href;
const lang = language(options.lang);
const texts = speak(lang);
let token = options.token || "";

const host = document.createElement("cs-widget");
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
root.adoptedStyleSheets = [sheet];
host.hidden = true;
host.lang = lang;
if (options.theme) host.setAttribute("data-theme", options.theme);

// What is said to those who do not see it; kept out of what is drawn anew, or it would not be heard.
const voice = make("p", { class: "sr", role: "status" });
const card = make("section", { class: "card", "aria-labelledby": "t" });
const place = make("div", { class: "place" }, card, voice);
root.append(place);

let state, wire, told, busy = false;
const ui = {
  texts, open: new Set(), asking: null, form: null, note: "", frozen: false,
  toggle(id, open) { open ? this.open.add(id) : this.open.delete(id); },
  async act(task, action) {
    if (busy) return;
    busy = true;
    try {
      await wire.act(task.id, action);
      const now = state.stages.flatMap((stage) => stage.tasks).find((one) => one.id == task.id);
      if (now) voice.textContent = texts.say("said", { title: now.title, state: texts.say("state_" + now.state), progress: texts.say("done_of", state) });
    } catch (error) {
      tell(error.status == 409 && error.detail ? error.detail : texts.say(error.status == 429 ? "busy" : "failed"));
    }
    busy = false;
  },
  ask(place, task) {
    if (this.asking?.place == place) return close();
    // The same request however often it is sent.
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const made = form(ui, async (text) => {
      await wire.help(id, text, task?.id);
      close();
      tell(texts.say("help_sent"));
    }, close);
    Object.assign(this, { asking: { place }, form: made.all });
    render();
    made.words.focus();
  },
};

function close() {
  const from = ui.asking?.place;
  Object.assign(ui, { asking: null, form: null });
  render();
  root.querySelector(`[data-k="help-${from}"]`)?.focus();
}

function tell(words) {
  ui.note = words;
  render();
  voice.textContent = words;
}

function render() {
  if (!state) return;
  const focused = root.activeElement?.dataset.k;
  const [from, to] = [root.activeElement?.selectionStart, root.activeElement?.selectionEnd];
  card.replaceChildren(...draw(state, ui));
  const again = focused && root.querySelector(`[data-k="${CSS.escape(focused)}"]`);
  // A button that is gone leaves its reader where it was.
  if (again && !again.disabled) again.focus({ preventScroll: true });
  else if (focused) { card.tabIndex = -1; card.focus({ preventScroll: true }); }
  if (again && from != null) again.setSelectionRange(from, to);
}

function show(fresh) {
  const first = !state;
  if (!first && fresh.done > state.done) voice.textContent = texts.say("done_of", fresh);
  if (!first && JSON.stringify(fresh) != JSON.stringify(state)) ui.note = "";
  if (fresh.stage && fresh.stage != state?.stage) ui.open.add("#" + fresh.stage);
  const same = !first && !ui.was && JSON.stringify(fresh) == JSON.stringify(state);
  const live = !first && !state.completed_on;
  state = fresh;
  ui.was = false;
  if (same) return;
  host.hidden = false;
  render();
  celebrate(place, fresh.completed_on, live);
}

function gone(why) {
  // Nothing to see is what the reader sees; whoever builds the page looks here.
  console.info(`Customer checklist: ${why}`);
  if (!state) return;
  ui.frozen = true;
  tell(texts.say("stale"));
}

// A fresh token: of the page's own server, or of a function of the page. The same one again is none.
async function renew() {
  try {
    const own = window.customerSuccessToken;
    let fresh;
    if (own) fresh = await own();
    else if (options.tokenUrl) {
      const answer = await fetch(options.tokenUrl, { credentials: "same-origin", cache: "no-store", headers: { accept: "application/json, text/plain" } });
      const text = answer.ok ? (await answer.text()).trim() : "";
      fresh = text[0] == "{" ? JSON.parse(text).token : text;
    }
    if (!fresh || fresh == token) return false;
    token = fresh;
    return true;
  } catch {
    return false;
  }
}

async function begin() {
  const target = options.target && document.querySelector(options.target);
  if (target) target.append(host);
  else if (document.body.contains(script)) script.after(host);
  else document.body.append(host);
  if ("frame" in options) frame();
  if (!token && !(await renew())) return gone("there is no token (data-token, data-token-url).");
  wire = connect({
    address, lang, show, renew, token: () => token, renewable: options.tokenUrl || window.customerSuccessToken,
    gone: (status) => gone(status == 401 ? "the token does not work (any more)." : "this page's origin is not among the allowed ones."),
    lost(kind) {
      if (!state && kind && !told) console.info("Customer checklist: it cannot be reached. Is this page's origin among the allowed ones?");
      told = told || kind;
      if (!state || !kind && !ui.lost) return;
      ui.lost = kind;
      ui.note = kind ? texts.say(kind == "offline" ? "offline" : "busy") : "";
      ui.was = true;
      if (kind) render();
    },
  });
}

// On a page of its own in a frame: no border of the page's, and the frame's owner may ask how high it is.
function frame() {
  const page = new CSSStyleSheet();
  page.replaceSync("body{margin:0;background:transparent}");
  document.adoptedStyleSheets = [page];
  new ResizeObserver(() => parent.postMessage({ type: "cs-widget-height", height: Math.ceil(host.getBoundingClientRect().height) }, "*")).observe(host);
}

document.body ? begin() : addEventListener("DOMContentLoaded", begin);
