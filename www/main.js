/** The page: what is chosen in the form, and what the URL asks to see. */

import { get, post } from "./api.js";
import { byId } from "./dom.js";
import { makeForm } from "./form.js";
import { sentence } from "./format.js";
import { readHash, writeHash } from "./hash.js";
import { KINDS, makePicker } from "./picker.js";
import { Results } from "./results.js";
import { renderWelcome } from "./welcome.js";

function say(text) {
  const notice = byId("notice");
  notice.textContent = text ?? "";
  notice.hidden = !text;
}

/** "Weight pruning" is Weight, where the whole page is about pruning. */
const shortTitle = (technique) =>
  (technique.title ?? sentence(technique.name)).replace(/ pruning$/, "");

class Page {
  constructor(service) {
    this.titles = new Map(service.techniques.map((t) => [t.name,
      shortTitle(t)]));
    this.form = makeForm(service, { techniques: byId("techniques"),
      target: byId("target"), main: byId("main-settings"),
      more: byId("more-settings") });
    this.results = new Results(this.titles, say);
    this.picks = {};
    for (const [name, kind] of Object.entries(KINDS))
      this.picks[name] = makePicker(byId(`${name}-step`), kind,
        service.limits?.max_upload, () => this.describeChoice());
    byId("version").textContent = service.version ?? "";
    byId("form").onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    byId("group").onchange = () => {
      writeHash({ model: this.results.view.model,
        group: byId("group").value });
      this.follow();
    };
    addEventListener("popstate", () => this.follow());
  }

  async load() {
    await Promise.all(Object.values(this.picks).map((p) => p.refresh()));
    await this.follow();
  }

  describeChoice() {
    const { model, dataset } = this.picks;
    byId("setup-summary").textContent = [model?.value, dataset?.value]
      .filter(Boolean).join(" · ");
    byId("start").disabled = !model?.value;
  }

  /** Shows what the URL names; the form only where that is nothing. */
  async follow() {
    const state = readHash();
    let shown = false;
    say("");
    if (state.model) this.picks.model.value = state.model;
    try {
      shown = await this.results.show(state);
      if (!shown) await renderWelcome(byId("welcome"), this.titles);
    } catch (e) {
      this.results.clear();
      say(e.message);
    }
    byId("setup").open = !shown;
    byId("welcome").hidden = shown;
  }

  async submit() {
    const error = byId("form-error");
    const { model, dataset } = this.picks;
    error.hidden = true;
    byId("start").disabled = true;
    try {
      const job = await post("/v1/jobs", { model: model.value,
        ...(dataset.value && { dataset: dataset.value }),
        ...this.form.values() });
      writeHash({ model: model.value, group: job.group });
      await this.follow();
      scrollTo({ top: 0 });
    } catch (e) {
      error.textContent = e.message;
      error.hidden = false;
    }
    this.describeChoice();
  }
}

async function start() {
  await new Page(await get("/v1")).load();
  document.documentElement.dataset.ready = "true";
}

start().catch((e) => say(e.message));
