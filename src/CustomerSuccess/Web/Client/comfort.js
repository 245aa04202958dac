// Shortcuts and small comforts. Everything here has a way that works without a script.

const root = document.documentElement;
root.classList.add("js");

function remember(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}

// The server writes dates in the reader's time zone; it learns it here.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").includes(`tz=${encodeURIComponent(zone)}`)) remember("tz", zone);

const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

document.addEventListener("click", (event) => {
  const theme = closest(event, "[data-theme-choice]");
  if (theme) {
    event.preventDefault();
    const choice = theme.value;
    if (choice === "system") delete root.dataset.theme;
    else root.dataset.theme = choice;
    remember("theme", choice);
    for (const each of document.querySelectorAll("[data-theme-choice]")) each.setAttribute("aria-pressed", String(each === theme));
    return;
  }

  const copy = closest(event, "[data-copy]");
  if (copy) {
    const from = document.getElementById(copy.dataset.copy);
    navigator.clipboard?.writeText(from.value ?? from.textContent.trim()).then(() => {
      copy.textContent = copy.dataset.done;
      document.getElementById(copy.dataset.copy + "-said").textContent = copy.dataset.done;
    });
    return;
  }

  if (closest(event, "[data-dismiss]")) closest(event, "[data-dismiss]").parentElement.remove();

  const shut = closest(event, "[data-close]");
  if (shut) shut.closest("details").open = false;

  // A menu closes when the click was elsewhere.
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = closest(event, "input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.getElementById("search");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
});

// Fields that submit their form when they change (filters); without a script the form has a button.
document.addEventListener("change", (event) => {
  if (closest(event, "[data-submits]")) event.target.form.requestSubmit();
  const file = closest(event, "input[type=file][data-drop]");
  if (file) name(file);
});

// Rows of a list that are chosen for a deed: all of the page at once, and how many there are.
function count(name) {
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${name}"]`)];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const place of document.querySelectorAll(`[data-checked="${name}"]`)) place.textContent = String(chosen);
  for (const all of document.querySelectorAll(`[data-check-all="${name}"]`)) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}
document.addEventListener("change", (event) => {
  const all = closest(event, "[data-check-all]");
  const name = all ? all.dataset.checkAll : closest(event, "input[type=checkbox][form]")?.name;
  if (!name) return;
  if (all) for (const box of document.querySelectorAll(`input[type=checkbox][name="${name}"]`)) box.checked = all.checked;
  count(name);
});
// The browser remembers what was chosen when one comes back.
addEventListener("pageshow", () => { for (const place of document.querySelectorAll("[data-checked]")) count(place.dataset.checked); });

// The search field stands outside of the list it narrows, and follows when the list is cleared or the way back is taken.
document.addEventListener("htmx:after:swap", () => {
  const search = document.getElementById("search");
  if (search && search !== document.activeElement) search.value = new URLSearchParams(location.search).get("q") ?? "";
});

// A fragment that fails is asked for as a page, which says what is wrong.
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.hasAttribute("hx-sse:connect")) return;
  if (ctx.request.method === "GET") location.href = ctx.request.action;
});

// Files can be dropped onto their field's frame.
function name(input) {
  const label = document.getElementById(input.id + "-names");
  if (label) label.textContent = [...input.files].map((file) => file.name).join(", ") || label.dataset.empty;
}
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const zone = closest(event, "[data-drop-zone]");
    if (!zone) return;
    event.preventDefault();
    zone.toggleAttribute("data-over", type === "dragover");
    if (type === "drop") {
      const input = zone.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      name(input);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
