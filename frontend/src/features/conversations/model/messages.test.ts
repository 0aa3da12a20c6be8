import { describe, expect, it } from "vitest";

import type { MessageOut } from "@/lib/api";

import { inOrder, isBetween, type MessagePages, readNews, sideOf, withMessage } from "./messages";

const said = (id: string, from = "ada", to = "bob"): MessageOut => ({
  id,
  from_agent: from,
  to_agent: to,
  content: id,
  timestamp: 1,
  iteration: 1,
  metadata: {},
});

const pages = (...lists: MessageOut[][]): MessagePages => ({
  pageParams: lists.map(() => null),
  pages: lists.map((messages) => ({ messages, limit: 50, skip: 0, total: 3 })),
});

describe("messages", () => {
  it("reads what the stream says, and nothing else", () => {
    expect(readNews(JSON.stringify({ type: "new_message", message: said("m1") }))?.id).toBe("m1");
    expect(readNews(JSON.stringify({ type: "other", message: said("m1") }))).toBeUndefined();
    expect(readNews(JSON.stringify({ type: "new_message" }))).toBeUndefined();
    expect(readNews("no JSON")).toBeUndefined();
  });

  it("puts a new one first, once", () => {
    const before = pages([said("m2")], [said("m1")]);
    const after = withMessage(before, said("m3"));
    expect(after.pages[0]?.messages.map(({ id }) => id)).toEqual(["m3", "m2"]);
    expect(after.pages[0]?.total).toBe(4);
    expect(withMessage(after, said("m1"))).toBe(after);
  });

  it("shows them in the order in which they were said, one that is in two pages once", () => {
    expect(inOrder(pages([said("m3"), said("m2")], [said("m2"), said("m1")])).map(({ id }) => id)).toEqual([
      "m1",
      "m2",
      "m3",
    ]);
    expect(inOrder(undefined)).toEqual([]);
  });

  it("tells whose it is and on which side it stands", () => {
    expect(isBetween(said("m", "bob", "ada"), ["ada", "bob"])).toBe(true);
    expect(isBetween(said("m", "bob", "eve"), ["ada", "bob"])).toBe(false);
    expect(sideOf(said("m", "ada", "bob"))).toBe("left");
    expect(sideOf(said("m", "bob", "ada"))).toBe("right");
  });
});
