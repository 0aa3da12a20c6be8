import { expect, it } from "vitest";

import { markLook } from "./marks";

it("counts tool errors and shows marks it does not know by their names", () => {
  expect(markLook("tool_errors", 2).label).toBe("2 tool errors");
  expect(markLook("tool_errors", 1).label).toBe("1 tool error");
  expect(markLook("tool_errors", 0).label).toBe("Tool errors");
  expect(markLook("time_limit", 3).label).toBe("Time limit");
  expect(markLook("brand_new", 0).label).toBe("brand new");
});
