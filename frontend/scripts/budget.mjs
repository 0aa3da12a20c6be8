/** First-load JavaScript of every exported page, gzipped; fails when home is over its budget. */
import { readdirSync } from "node:fs";

import { firstLoadKb, out } from "./first-load.mjs";

const BUDGET_KB = 200;
const pages = readdirSync(out, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith("index.html"))
  .sort();

for (const page of pages) {
  const { kb, files } = firstLoadKb(page);
  const over = page === "index.html" && kb > BUDGET_KB;
  if (over) process.exitCode = 1;
  console.log(
    `${kb.toFixed(1).padStart(7)} kB  ${String(files).padStart(3)} files  /${page.replace(/index\.html$/, "")}${over ? `  over the budget of ${BUDGET_KB} kB` : ""}`,
  );
}
