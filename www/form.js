/** What to prune and how: built from what the daemon says it can do. */

import { el, field } from "./dom.js";
import { absent, sentence, words } from "./format.js";

/** Settings that are in sight from the start. */
const MAIN = ["recover"];
const ALL = { name: "all", title: "All of them, compared",
  summary: "one job each, side by side" };

function techniqueCard(technique, checked, onChange) {
  const input = el("input", { type: "radio", name: "technique",
    value: technique.name, checked, onchange: onChange });
  return el("label", { className: "technique" }, input,
    el("span", {},
      el("strong", {}, technique.title ?? sentence(technique.name)),
      el("small", {}, technique.summary ?? "")));
}

function range(setting) {
  const { min, max } = setting;
  if (absent(min) && absent(max)) return "";
  if (absent(max)) return `${min} or more`;
  if (absent(min)) return `at most ${max}`;
  return `${min} to ${max}`;
}

function choice(options, chosen) {
  return el("select", {}, options.map(([value, text]) =>
    el("option", { value, selected: value === chosen }, text)));
}

/** The control that suits a setting's type; left empty, the daemon's own
 *  default holds. */
function control(setting) {
  const values = setting.type === "flag" ? ["true", "false"]
    : setting.values ?? [];
  const text = (v) => ({ true: "yes", false: "no" })[v] ?? v;
  const unset = absent(setting.default) ? "default"
    : `default: ${text(setting.default)}`;
  if (values.length)
    return choice([["", unset], ...values.map((v) => [v, text(v)])], "");
  return el("input", { type: "text", autocomplete: "off", spellcheck: false,
    inputMode: setting.type === "number" || setting.type === "integer"
      ? "decimal" : "text",
    placeholder: absent(setting.default) ? range(setting)
      : String(setting.default) });
}

function settingField(setting) {
  const input = control(setting);
  input.name = setting.name;
  return field(sentence(setting.name), input, setting.summary);
}

/** A number where it is one; what else it is, the daemon judges. */
const valueOf = (text) => {
  const t = text.trim();
  return t !== "" && Number.isFinite(Number(t)) ? Number(t) : t;
};

function parse(setting, text) {
  if (setting.type === "flag") return text === "true";
  if (setting.type !== "number" && setting.type !== "integer")
    return text.trim();
  return text.includes(",") ? text.split(",").map(valueOf) : valueOf(text);
}

/**
 * Builds the form in the page's places and keeps it to what the chosen
 * technique uses. Returns {values()}: the body of POST /v1/jobs, without
 * the model and the data set.
 */
export function makeForm(service, places) {
  const { techniques, settings } = service;
  const byName = new Map(settings.map((s) => [s.name, s]));
  const targets = settings.filter((s) => s.target);
  const amounts = { accuracy_drop: "1" }; // what was typed, by target
  let technique = "all";
  let target = "sparsity";

  const chosen = () => techniques.filter((t) => technique === "all"
    || technique === t.name);

  /** Can the choice have this setting? A target must be everyone's. */
  function applies(setting) {
    const uses = (t) => setting.techniques.includes(t.name);
    return setting.target ? chosen().every(uses) : chosen().some(uses);
  }

  /** A criterion is one that every chosen technique knows. */
  function narrowed(setting) {
    if (setting.name !== "criterion") return setting;
    return { ...setting, values: setting.values.filter((value) =>
      chosen().every((t) => t.criteria?.includes(value) ?? true)) };
  }

  function renderTarget() {
    const names = targets.filter(applies).map((s) => s.name);
    if (!names.includes(target)) [target] = names;
    const kind = choice(names.map((n) => [n, words(n)]), target);
    const value = el("input", { type: "text", id: "target-value",
      inputMode: "decimal", autocomplete: "off", required: true });
    const hint = el("small", { className: "span", id: "target-hint" });
    const show = () => {
      target = kind.value;
      const setting = byName.get(target);
      value.value = amounts[target] ?? "0.5";
      hint.textContent = [setting.summary?.replace(/^target: /, ""),
        target === "sparsity"
        && "several values, separated by commas, run one after the other"]
        .filter(Boolean).join("; ");
    };
    kind.id = "target-kind";
    kind.onchange = show;
    value.oninput = () => { amounts[target] = value.value; };
    value.setAttribute("aria-describedby", hint.id);
    places.target.replaceChildren(field("Target", kind),
      field("Value", value), hint);
    show();
  }

  function renderSettings() {
    const rest = settings.filter((s) => s.name !== "technique"
      && !s.target && applies(s)).map(narrowed);
    const main = (s) => MAIN.includes(s.name);
    places.main.replaceChildren(...rest.filter(main).map(settingField));
    const more = rest.filter((s) => !main(s)).map(settingField);
    places.more.replaceChildren(...more);
    places.more.parentElement.hidden = !more.length;
  }

  function choose(name) {
    technique = name;
    renderTarget();
    renderSettings();
  }

  places.techniques.replaceChildren(...[ALL, ...techniques].map((t) =>
    techniqueCard(t, t.name === technique, () => choose(t.name))));
  choose(technique);

  return { values() {
    const text = places.target.querySelector("input").value;
    if (!text.trim()) throw new Error("Give the target a value.");
    const body = { technique, [target]: parse(byName.get(target), text) };
    for (const place of [places.main, places.more])
      for (const input of place.querySelectorAll("[name]"))
        if (input.value.trim())
          body[input.name] = parse(byName.get(input.name), input.value);
    return body;
  } };
}
