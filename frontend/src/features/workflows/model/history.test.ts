import { expect, it } from "vitest";

import { beginning, changed, redone, undone } from "./history";

it("goes back and forward again; a change after going back forgets what was taken back", () => {
  const three = changed(changed(beginning(1), 2), 3);
  expect(undone(three).present).toBe(2);
  expect(redone(undone(three)).present).toBe(3);
  expect(redone(changed(undone(three), 9)).present).toBe(9);
  expect(undone(beginning(1)).present).toBe(1);
});

it("takes letters of the same field as one step", () => {
  const typed = changed(changed(changed(beginning(""), "a", "name"), "ab", "name"), "x", "other");
  expect(typed.past).toEqual(["", "ab"]);
});

it("begins a new step in the same field after going back", () => {
  const back = undone(changed(changed(beginning(0), 1, "name"), 2, "other"));
  expect(changed(back, 5, "name").past).toEqual([0, 1]);
});

it("keeps the last hundred steps, and none for no change", () => {
  let history = beginning(0);
  for (let step = 1; step <= 150; step++) history = changed(history, step);
  expect(history.past).toHaveLength(100);
  expect(history.past[0]).toBe(50);
  expect(changed(history, history.present)).toBe(history);
});
