/** The page's state (model, group, sort) in the URL, so that it can be
 *  shared and the browser's back button works. */

export function readHash() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

/** Changes what is given; an empty value takes the key away. */
export function writeHash(changes, { replace = false } = {}) {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const [key, value] of Object.entries(changes))
    if (value) state.set(key, value);
    else state.delete(key);
  const url = `#${state}`;
  if (url === location.hash) return;
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
}
