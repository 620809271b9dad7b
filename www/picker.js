/** Choosing a model or a data set: one that is there already, or a file
 *  from the user's disk. */

import { list } from "./api.js";
import { el, field } from "./dom.js";
import { bytes } from "./format.js";
import { uploadPanel } from "./upload.js";

const sizeOf = (item) => item.bytes ?? item.size;

function optionText(item) {
  const size = sizeOf(item);
  return size === undefined ? item.name : `${item.name}  (${bytes(size)})`;
}

/** Makes the picker inside `root`; `kind` is a row of KINDS below, `limit`
 *  the most bytes a file may have. `onChange` is called with the name that
 *  is chosen now. */
export function makePicker(root, kind, limit, onChange) {
  const select = el("select", { id: `${kind.collection}-select` });
  const input = el("input", { type: "file", accept: kind.accept,
    id: `${kind.collection}-file`, className: "visually-hidden" });
  const drop = el("label", { className: "drop", htmlFor: input.id },
    el("strong", {}, kind.prompt), el("small", {}, kind.hint));
  const box = el("div", { className: "drop-box" }, input, drop);
  let items = [];

  function render(chosen) {
    const options = items.map((i) => el("option",
      { value: i.name, selected: i.name === chosen }, optionText(i)));
    if (kind.none || !items.length)
      options.unshift(el("option", { value: "", selected: !chosen },
        items.length ? kind.none : kind.empty));
    select.replaceChildren(...options);
    select.disabled = !items.length;
    onChange(select.value);
  }

  async function refresh(chosen = select.value) {
    items = await list(`/v1/${kind.collection}?limit=100`);
    items.sort((a, b) => a.name.localeCompare(b.name));
    const known = items.some((i) => i.name === chosen);
    render(known ? chosen : items[0]?.name);
  }

  function offer(file) {
    box.hidden = true;
    root.querySelector(".upload")?.remove();
    root.append(uploadPanel({ collection: kind.collection, file, limit,
      extra: kind.extra?.(),
      onDone: (item) => {
        box.hidden = false;
        refresh(item.name);
      },
      onClose: () => { box.hidden = false; } }));
  }

  input.onchange = () => {
    if (input.files[0]) offer(input.files[0]);
    input.value = "";
  };
  box.ondragover = (e) => {
    e.preventDefault();
    box.classList.add("over");
  };
  box.ondragleave = () => box.classList.remove("over");
  box.ondrop = (e) => {
    e.preventDefault();
    box.classList.remove("over");
    if (e.dataTransfer.files[0]) offer(e.dataTransfer.files[0]);
  };
  select.onchange = () => onChange(select.value);

  root.append(field(kind.label, select), box);
  return { refresh, get value() { return select.value; },
    set value(name) {
      if (!items.some((i) => i.name === name)) return;
      select.value = name;
      onChange(name);
    } };
}

/** How raw values become the network's input: {element, values()}. */
function normalisation() {
  const text = (placeholder) => el("input", { type: "text", placeholder,
    autocomplete: "off" });
  const controls = { scale: text("auto"),
    mean: text("0"), std: text("1"),
    layout: el("select", {}, ["", "NCHW", "NHWC", "NHW"].map((value) =>
      el("option", { value }, value || "auto"))) };
  const labels = { scale: "Scale", mean: "Mean", std: "Deviation",
    layout: "Layout" };
  const element = el("div", { className: "grid" },
    Object.entries(controls).map(([name, c]) => field(labels[name], c)),
    el("small", { className: "span" },
      "The network is fed (raw ÷ scale − mean) ÷ deviation. Mean and"
      + " deviation may be one value, or one a channel, with commas."));
  return { element, values: () => Object.fromEntries(
    Object.entries(controls).map(([name, c]) => [name, c.value.trim()])) };
}

export const KINDS = {
  model: { collection: "models", label: "Network to prune",
    accept: ".onnx", prompt: "Choose an ONNX file",
    hint: "or drop it here", empty: "none uploaded yet" },
  dataset: { collection: "datasets", label: "Data to measure accuracy with",
    accept: ".npz", prompt: "Choose an .npz file",
    hint: "x_train, y_train, x_test, y_test", none: "no data",
    empty: "none uploaded yet", extra: normalisation },
};
