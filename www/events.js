/** Server-sent events read with fetch(), which can send what EventSource
 *  cannot and tells why a stream ended. */

/** Cuts a stream's text into events: {type, id, data}. */
export class EventParser {
  #rest = "";
  #event = {};

  /** Takes the next piece of text, and returns the events it completes. */
  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    const events = [];
    for (const line of lines) {
      if (line !== "") this.#line(line);
      else {
        if (this.#event.data !== undefined) events.push(this.#take());
        this.#event = { id: this.#event.id };
      }
    }
    return events;
  }

  #line(line) {
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment: the stream's heartbeat
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event.type = value;
    else if (name === "id") this.#event.id = value;
    else if (name === "data")
      this.#event.data = this.#event.data === undefined
        ? value : `${this.#event.data}\n${value}`;
  }

  #take() {
    const { type = "message", id, data } = this.#event;
    return { type, id, data };
  }
}

/**
 * Follows one stream to its end. `onEvent(type, data)` gets each event, its
 * data already parsed. Returns true where the stream ended by itself, and
 * false where it broke or was no event stream.
 */
export async function follow(path, onEvent, signal) {
  try {
    const response = await fetch(path, { signal, cache: "no-store",
      headers: { Accept: "text/event-stream" } });
    if (response.status === 204) return true;
    const type = response.headers.get("Content-Type") ?? "";
    if (!response.ok || !type.startsWith("text/event-stream")) return false;
    const parser = new EventParser();
    const decoder = new TextDecoder();
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return true;
      for (const event of parser.push(decoder.decode(value, { stream: true })))
        onEvent(event.type, JSON.parse(event.data));
    }
  } catch {
    return false;
  }
}
