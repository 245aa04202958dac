// A milestone that was reached while the page is open: said aloud once, and some paper in the air for those who like things to move.

const reached = () => new Map([...document.querySelectorAll("[data-celebrate]")].map((each) => [each.id, each]));
let known;
addEventListener("DOMContentLoaded", () => { known = new Set(reached().keys()); });

document.addEventListener("htmx:sse:after:message", () => {
  const now = reached();
  const fresh = [...now].filter(([id]) => known && !known.has(id)).map(([, element]) => element);
  known = new Set(now.keys());
  if (fresh.length > 0) celebrate(fresh);
});

function celebrate(milestones) {
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  note.className = "fixed right-4 bottom-4 z-50 max-w-sm rounded-box border border-line bg-base-100 px-4 py-3 font-medium shadow-lg";
  document.body.append(note);
  // Text that comes after its element is read aloud.
  note.textContent = `Milestone reached: ${milestones.map((each) => each.dataset.celebrate).join(", ")}`;
  setTimeout(() => note.remove(), 8000);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden) return;
  const from = note.getBoundingClientRect();
  for (let n = 0; n < 36; n++) {
    const paper = document.createElement("i");
    paper.setAttribute("aria-hidden", "true");
    paper.className = `pointer-events-none fixed z-50 h-2 w-1.5 rounded-[1px] ${["bg-primary", "bg-success", "bg-warning", "bg-accent"][n % 4]}`;
    paper.style.left = `${from.left + Math.random() * from.width}px`;
    paper.style.top = `${from.top}px`;
    document.body.append(paper);
    const [x, up] = [(Math.random() - 0.5) * 320, 120 + Math.random() * 260];
    paper.animate([
      { transform: "none", opacity: 1 },
      { transform: `translate(${x}px, ${-up}px) rotate(${x}deg)`, opacity: 1, offset: 0.4, easing: "ease-in" },
      { transform: `translate(${x * 1.4}px, 60px) rotate(${x * 4}deg)`, opacity: 0 },
    ], { duration: 1600 + Math.random() * 900, easing: "ease-out" }).finished.finally(() => paper.remove());
  }
}
