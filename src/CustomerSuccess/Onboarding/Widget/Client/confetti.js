// A moment of joy, once for each completion and browser, and never for those who asked for less motion.
const Key = "cs-widget-celebrated", Recent = 7 * 86_400_000;
const colours = ["#6366f1", "#22c55e", "#f59e0b", "#ec4899", "#06b6d4"];
let today;

export function celebrate(root, completedOn, live) {
  if (!completedOn || today == completedOn || !live && Date.now() - Date.parse(completedOn) > Recent) return;
  today = completedOn;
  try {
    // The only thing the widget keeps in a browser: the day of the completion it celebrated.
    if (localStorage.getItem(Key) == completedOn) return;
    localStorage.setItem(Key, completedOn);
  } catch {
    // No storage here: then once a visit.
  }
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || !root.animate) return;
  const sky = document.createElement("div");
  sky.className = "sky";
  sky.setAttribute("aria-hidden", "true");
  root.append(sky);
  const falls = [];
  for (let n = 0; n < 48; n++) {
    const piece = document.createElement("i");
    const [left, drift, turns] = [Math.random() * 100, (Math.random() - 0.5) * 160, 1 + Math.random() * 3];
    // By the object model, which a page's policy for styles does not concern.
    piece.style.left = left + "%";
    piece.style.background = colours[n % colours.length];
    sky.append(piece);
    falls.push(piece.animate(
      [{ transform: "translate(0, -20px) rotate(0)", opacity: 1 }, { transform: `translate(${drift}px, ${sky.clientHeight + 30}px) rotate(${turns}turn)`, opacity: 0.2 }],
      { duration: 1800 + Math.random() * 1400, delay: Math.random() * 500, easing: "cubic-bezier(.2,.6,.6,1)", fill: "both" }).finished);
  }
  Promise.allSettled(falls).then(() => sky.remove());
}
