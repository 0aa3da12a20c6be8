import { describe, expect, it } from "vitest";

import { createSseDecoder, type SseMessage } from "./sse";

const bytes = (text: string) => new TextEncoder().encode(text);

function decode(chunks: Uint8Array[]): SseMessage[] {
  const decoder = createSseDecoder();
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

describe("createSseDecoder", () => {
  it("reads unnamed frames with ids", () => {
    expect(decode([bytes('id: e:1\ndata: {"a":1}\n\nid: e:2\ndata: {"a":2}\n\n')])).toEqual([
      { id: "e:1", event: "message", data: '{"a":1}' },
      { id: "e:2", event: "message", data: '{"a":2}' },
    ]);
  });

  it.each(["\n", "\r\n", "\r"])(
    "gives the same messages for every split, line ending %j, with characters of 1 to 4 bytes",
    (ending) => {
      const source = bytes(
        `: hello${ending}id: x:7${ending}data: é – 漢字 – 🦊${ending}data: two${ending}${ending}data: next${ending}${ending}`,
      );
      const expected = [
        { id: "x:7", event: "message", data: "é – 漢字 – 🦊\ntwo" },
        { id: "x:7", event: "message", data: "next" },
      ];
      for (let cut = 0; cut <= source.length; cut++) {
        expect(decode([source.slice(0, cut), source.slice(cut)])).toEqual(expected);
      }
      expect(decode(Array.from(source, (byte) => Uint8Array.of(byte)))).toEqual(expected);
    },
  );

  it("skips comments, unknown fields, empty messages and a byte order mark", () => {
    expect(decode([bytes("\uFEFF: ping\n\nfoo: bar\nevent: x\n\ndata\n\n")])).toEqual([
      { id: "", event: "message", data: "" },
    ]);
  });

  it("removes one space only and keeps colons in the value", () => {
    expect(decode([bytes("data:  a: b\n\n")])[0]?.data).toBe(" a: b");
  });

  it("ignores an id with NUL, keeps the last good one, and reads retry", () => {
    const decoder = createSseDecoder();
    const messages = decoder.push(bytes("retry: 1500\nretry: soon\nid: 1\ndata: a\n\nid: 2\0\ndata: b\n\n"));
    expect(messages.map((message) => message.id)).toEqual(["1", "1"]);
    expect(decoder.retryMs()).toBe(1500);
  });

  it("does not deliver a message that was cut off", () => {
    expect(decode([bytes("data: whole\n\ndata: half")])).toHaveLength(1);
  });
});
