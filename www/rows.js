/** The comparison as GET /v1/compare gives it, and names for its rows. */

import { get, query } from "./api.js";
import { absent } from "./format.js";

export const isOriginal = (row) => row.technique === "none";

const valueOf = (target) =>
  (target && typeof target === "object" ? Object.values(target)[0] : target);

/** {model, rows}; every row gets a `label` that tells it from the others,
 *  as a list of one or two parts in `lines`. */
export async function loadComparison({ model, group }, titles) {
  const answer = await get("/v1/compare"
    + query(group ? { group } : { model }));
  label(answer.rows, titles);
  return answer;
}

/** Adds to a row's technique what else is needed to tell rows apart. */
function label(rows, titles) {
  const pruned = rows.filter((r) => !isOriginal(r));
  const differ = (key) => new Set(pruned.map(key)).size > 1;
  const targets = differ((r) => JSON.stringify(r.target));
  for (const row of rows)
    row.lines = isOriginal(row) ? ["Original"]
      : [titles.get(row.technique) ?? row.technique,
        targets && valueOf(row.target)]
        .filter((part) => part !== false && !absent(part)).map(String);
  number(pruned);
  for (const row of rows) row.label = row.lines.join(" ");
}

/** Rows that still look the same are counted. */
function number(rows) {
  const alike = new Map();
  for (const row of rows) {
    const key = row.lines.join(" ");
    alike.set(key, [...alike.get(key) ?? [], row]);
  }
  for (const group of alike.values())
    if (group.length > 1)
      group.forEach((row, i) => row.lines.splice(1, 1,
        `${row.lines[1] ?? ""} #${i + 1}`.trim()));
}
