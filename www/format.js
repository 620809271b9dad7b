/** How figures are written. A figure that was not measured is a dash, and
 *  0 is a figure like any other. */

export const DASH = "–";
const MINUS = "−";

export const absent = (x) => x === null || x === undefined || x === "";

const signed = (text) => text.replace("-", MINUS);

const DIGITS = 3;

/** How many significant digits x needs: three, or all before the point. */
const digitsOf = (x) =>
  Math.max(DIGITS, Math.floor(Math.log10(Math.abs(x) || 1)) + 1);

/** As short as three significant digits allow: 0.5, 12.3, 1,234. */
export function number(x) {
  if (absent(x)) return DASH;
  return signed(x.toLocaleString("en",
    { maximumSignificantDigits: digitsOf(x) }));
}

/** A measured figure, its zeros kept so that columns line up: 0.150. */
export function figure(x) {
  if (absent(x)) return DASH;
  return x === 0 ? "0" : signed(x.toLocaleString("en",
    { minimumSignificantDigits: DIGITS,
      maximumSignificantDigits: digitsOf(x) }));
}

const STEPS = [["G", 1e9], ["M", 1e6], ["k", 1e3], ["", 1]];

/** The largest step that leaves a number of 1 or more. */
export function step(x) {
  return STEPS.find(([, size]) => Math.abs(x) >= size) ?? ["", 1];
}

function scaled(x, unit, from) {
  if (absent(x)) return DASH;
  const [prefix, size] = Math.abs(x) < from ? ["", 1] : step(x);
  const gap = prefix || unit ? " " : "";
  return (size > 1 ? figure(x / size) : number(x)) + gap + prefix + unit;
}

export const bytes = (x) => scaled(x, "B", 1000);
export const count = (x) => scaled(x, "", 1e5);

/** Percent with two decimals at most; trailing zeros stay, to line up. */
export function percent(x) {
  if (absent(x)) return DASH;
  return x === 0 ? "0" : signed(x.toFixed(2));
}

/** A share (0 to 1) as percent. */
export const share = (x) => (absent(x) ? DASH : percent(100 * x));

/** A ratio as the change that it is: 0.51 gives −49 %. */
export function change(ratio) {
  if (absent(ratio)) return "";
  const points = 100 * (ratio - 1);
  const text = Math.abs(points) < 10 ? points.toFixed(1) : points.toFixed(0);
  if (Number(text) === 0) return "±0 %";
  return `${points > 0 ? "+" : ""}${signed(text)} %`;
}

/** Percentage points lost, as the change that they are. */
export function points(drop) {
  if (absent(drop)) return "";
  const text = Math.abs(drop).toFixed(1);
  return Number(text) === 0 ? "±0" : `${drop > 0 ? MINUS : "+"}${text} pt`;
}

/** {"sparsity": 0.5} as words. */
export function target(t) {
  if (absent(t)) return DASH;
  if (typeof t !== "object") return String(t);
  return Object.entries(t).map(([k, v]) => `${words(k)} ${v}`).join(", ");
}

/** A setting's name as words: macs_ratio, macs ratio. */
export const words = (name) => String(name).replaceAll("_", " ");

export function sentence(text) {
  const s = words(text);
  return s.charAt(0).toUpperCase() + s.slice(1);
}

export function time(rfc3339) {
  if (absent(rfc3339)) return DASH;
  return new Date(rfc3339).toLocaleString("en-GB",
    { dateStyle: "medium", timeStyle: "short" });
}
