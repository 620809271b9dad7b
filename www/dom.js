/** Small helpers to build page elements; texts never pass through HTML. */

/**
 * Makes an element. `props` are properties (`className`, `onclick`, …) or,
 * where the element has no such property, attributes (`aria-label`, …).
 * Children are elements or strings; null, undefined and false are left out.
 */
export function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (key === "dataset") Object.assign(node.dataset, value);
    else if (key in node && key !== "list" && key !== "role") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((c) => c != null && c !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

let serial = 0;

/** A label above a control, with an optional hint tied to it. */
export function field(label, control, hint) {
  control.id ||= `field-${++serial}`;
  const note = hint && el("small", { id: `${control.id}-hint` }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return el("div", { className: "field" },
    el("label", { htmlFor: control.id }, label), control, note);
}
