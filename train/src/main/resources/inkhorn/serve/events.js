// Server-sent events in the answer to a POST, which a browser's EventSource cannot send.

import {post} from "/assets/common.js";

/** The data of each event, as they come. Whoever leaves early closes the connection. */
export async function* events(path, body, signal) {
  const response = await post(path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      held += part.value;
      const lines = held.split("\n\n");
      held = lines.pop();
      for (const data of lines.filter((text) => text.startsWith("data: "))) {
        signal.throwIfAborted();        // what was read before may come after
        yield JSON.parse(data.slice("data: ".length));
      }
    }
  } finally {
    reader.cancel().catch(() => {});    // of a stream that has failed by itself
  }
}
