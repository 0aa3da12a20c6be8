// Read a stream with `eventsource` (to the 204 that ends it) or `eventsource-parser`; print what came as one JSON document.
// usage: node read.mjs eventsource|eventsource-parser URL LAST_EVENT_ID
import { EventSource } from "eventsource";
import { createParser } from "eventsource-parser";

const [reader, url, last] = process.argv.slice(2);
const events = [];
const headers = last ? { "Last-Event-ID": last } : {};
let answers = 0;

function withEventSource() {
  const get = (address, init) => {
    answers += 1;
    return fetch(address, { ...init, headers: { ...headers, ...init.headers } });
  };
  return new Promise((done) => {
    const source = new EventSource(url, { fetch: get });
    source.onmessage = ({ lastEventId, data }) => events.push([lastEventId, data]);
    source.onerror = (error) => source.readyState === EventSource.CLOSED && done(error.code ?? null);
  });
}

async function withParser() {
  const answer = await fetch(url, { headers });
  answers += 1;
  const parser = createParser({
    onEvent: ({ id, data }) => events.push([id, data]),
    onError: (error) => events.push(["error", String(error)]),
  });
  if (answer.status !== 204)
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) parser.feed(text);
  return answer.status;
}

const status = await (reader === "eventsource" ? withEventSource() : withParser());
console.log(JSON.stringify({ events, status, answers }));
