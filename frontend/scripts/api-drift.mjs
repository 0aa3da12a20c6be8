/** Fails when src/lib/api is not what openapi-ts makes of ../docs/openapi.json. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const fresh = mkdtempSync(path.join(tmpdir(), "dynagent-api-"));
const files = (folder) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort();

try {
  execFileSync(process.execPath, [path.join(root, "node_modules/@hey-api/openapi-ts/bin/run.js")], {
    cwd: root,
    env: { ...process.env, OPENAPI_OUT: fresh },
    stdio: "pipe",
  });
  const committed = path.join(root, "src/lib/api");
  const names = new Set([...files(fresh), ...files(committed)]);
  const read = (folder, name) => {
    try {
      return readFileSync(path.join(folder, name), "utf8");
    } catch {
      return null;
    }
  };
  const drifted = [...names].filter((name) => read(fresh, name) !== read(committed, name));
  if (drifted.length > 0) {
    console.error(`src/lib/api is not up to date (${drifted.join(", ")}): run "npm run api" and commit the result`);
    process.exitCode = 1;
  } else console.log("src/lib/api is up to date");
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
