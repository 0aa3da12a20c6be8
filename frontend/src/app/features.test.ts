import { readdirSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { features } from "./features";

const app = import.meta.dirname;
const routes = readdirSync(app, { recursive: true })
  .map(String)
  .filter((file) => path.basename(file) === "page.tsx")
  .map((file) => `/${path.dirname(file)}`.replace("/.", "/"))
  .sort();

describe("features", () => {
  it("names every page once; home is called after the product", () => {
    const titled = features.flatMap(({ titles = {} }) => Object.keys(titles));
    expect([...titled, "/"].sort()).toEqual(routes);
  });

  it("leads to pages that are there", () => {
    const places = features.flatMap(({ places = [] }) => places);
    const creations = features.flatMap(({ creations = [] }) => creations);
    for (const { href } of [...places.filter(({ external }) => !external), ...creations])
      expect(routes).toContain(href.replace(/\?.*/, ""));
    expect(
      places
        .map(({ phone }) => phone)
        .filter(Boolean)
        .sort(),
    ).toEqual([1, 2, 3, 4]);
  });

  it("gives each thing that can be made one way to make it", () => {
    const names = features.flatMap(({ creations = [] }) => creations.map(({ what }) => what));
    expect(names).toEqual([...new Set(names)]);
  });
});
