// Builds elements. Text goes in as text only, so a name with markup in it stays a name.

/** An element with properties, attributes (`aria-…`, `data-…`, `role`), `on…` listeners and children. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  back: ["M15 5l-7 7 7 7"],
  forward: ["M9 5l7 7-7 7"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  cross: ["M6 6l12 12M18 6L6 18"],
  dash: ["M6 12h12"],
  plus: ["M12 5v14M5 12h14"],
  sliders: ["M4 8h9M17 8h3M4 16h3M11 16h9", "M15 6v4M9 14v4"],
  camera: ["M4 8h3l2-3h6l2 3h3v11H4z", "M12 10.5a3 3 0 100 6 3 3 0 000-6z"],
  picture: ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4", "M15 8.5h.01"],
  link: ["M10 14a4 4 0 005.7 0l3-3A4 4 0 0013 5.3l-1 1", "M14 10a4 4 0 00-5.7 0l-3 3A4 4 0 0011 18.7l1-1"],
  erase: ["M9 6h11v12H9l-5-6z", "M12 10l4 4M16 10l-4 4"],
  alert: ["M12 8v5M12 16.5h.01", "M12 3l9.5 17h-19z"],
  finger: [
    "M6 11a6 6 0 0112 0c0 3 0 5-1 7", "M9 11a3 3 0 016 0c0 4-.5 6.5-2 9",
    "M12 11c0 4-1 6.5-3 8.5", "M6 14.5c-.2 1-.5 1.8-1 2.5", "M4.5 8.5A8.5 8.5 0 0112 3a8.5 8.5 0 017 3.5",
  ],
  wifi: ["M3 9.5a13 13 0 0118 0M6 13a8.5 8.5 0 0112 0M9 16.3a4.2 4.2 0 016 0", "M12 19.5h.01"],
  plane: ["M12 3v6l8 5v2l-8-2.5V18l2.5 2v1L12 20l-2.5 1v-1l2.5-2v-4.5L4 16v-2l8-5"],
  battery: ["M3 8h15v8H3zM18 10.5h2.5v3H18", "M5.5 10.5h8v3h-8z"],
  shield: ["M12 3l7 3v5c0 5-3 8.5-7 10-4-1.5-7-5-7-10V6z", "M8.5 12l2.5 2.5 4.5-5"],
};

/** A drawing beside a text; screen readers pass it by. */
export function icon(name, size = 24) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: "icon" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of PATHS[name]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** Puts an organisation's colour around everything inside `node`. The policy forbids style attributes, not this. */
export function paint(node, palette) {
  node.style.setProperty("--accent-light", palette.light.accent);
  node.style.setProperty("--on-light", palette.light.on);
  node.style.setProperty("--accent-dark", palette.dark.accent);
  node.style.setProperty("--on-dark", palette.dark.on);
  node.classList.add("painted");
  return node;
}
