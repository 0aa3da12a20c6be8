/** Server-sent events as bytes → messages (WHATWG "event stream interpretation"), without React and without the network. */

export interface SseMessage {
  /** Last event id at the time of this message; "" when none was ever sent. */
  id: string;
  event: string;
  data: string;
}

export interface SseDecoder {
  /** Take a chunk, return the messages it completes. Chunks may end anywhere, also inside a character or between CR and LF. */
  push(chunk: Uint8Array): SseMessage[];
  /** Wish of the server for the reconnection delay in ms, undefined while it expressed none. */
  retryMs(): number | undefined;
}

/** Make a decoder for one connection. What is unfinished when the connection ends is dropped, as the standard says. */
export function createSseDecoder(): SseDecoder {
  const text = new TextDecoder("utf-8"); // swallows a leading BOM
  let rest = "";
  let skipLineFeed = false;
  let retry: number | undefined;
  let id = "";
  let event = "";
  let data: string[] = [];

  const takeField = (line: string): void => {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id" && !value.includes("\0")) id = value;
    else if (name === "retry" && /^\d+$/.test(value)) retry = Number(value);
  };

  const endMessage = (out: SseMessage[]): void => {
    if (data.length > 0) out.push({ id, event: event || "message", data: data.join("\n") });
    data = [];
    event = "";
  };

  return {
    push(chunk) {
      let incoming = text.decode(chunk, { stream: true });
      if (skipLineFeed && incoming.length > 0) {
        if (incoming.startsWith("\n")) incoming = incoming.slice(1);
        skipLineFeed = false;
      }
      const buffer = rest + incoming;
      const out: SseMessage[] = [];
      let start = 0;
      for (let at = rest.length; at < buffer.length; at++) {
        const char = buffer.charCodeAt(at);
        if (char !== 10 && char !== 13) continue;
        const line = buffer.slice(start, at);
        if (char === 13) {
          if (at + 1 === buffer.length) skipLineFeed = true;
          else if (buffer.charCodeAt(at + 1) === 10) at++;
        }
        start = at + 1;
        if (line === "") endMessage(out);
        else if (!line.startsWith(":")) takeField(line);
      }
      rest = buffer.slice(start);
      return out;
    },
    retryMs: () => retry,
  };
}
