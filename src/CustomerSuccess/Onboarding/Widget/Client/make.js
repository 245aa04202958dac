// Elements without markup: whatever somebody typed becomes text, and a page may forbid everything that reads markup (Trusted Types).
export function make(name, more = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(more)) {
    if (value == null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside.flat().filter((one) => one != null && one !== false && one !== ""));
  return element;
}

const paths = {
  completed: "M3.5 8.5l3 3 6-7",
  locked: "M4.5 7.5h7v5h-7zM6 7.5V5.5a2 2 0 0 1 4 0v2",
  skipped: "M4 8h8",
  failed: "M8 4.5v4.2M8 11.2v.3",
  in_progress: "M8 4.8V8l2.2 1.6",
  help: "M6.2 6.2a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2M8 11.2v.3",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of [["viewBox", "0 0 16 16"], ["aria-hidden", "true"], ["class", "icon " + name]]) svg.setAttribute(key, value);
  const shape = (tag, attributes) => {
    const part = document.createElementNS(svg.namespaceURI, tag);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    svg.append(part);
  };
  shape("circle", { cx: 8, cy: 8, r: 7 });
  if (paths[name]) shape("path", { d: paths[name] });
  return svg;
}
