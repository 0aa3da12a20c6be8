/** Fails when src/lib/api and src/lib/api-drafts are not what openapi-ts makes of ../docs/openapi.json. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const fresh = mkdtempSync(path.join(tmpdir(), "dynagent-api-"));
const folders = ["api", "api-drafts"];
const files = (place) =>
  folders
    .flatMap((folder) => readdirSync(path.join(place, folder), { recursive: true }).map((name) => `${folder}/${name}`))
    .filter((name) => statSync(path.join(place, name)).isFile())
    .sort();

try {
  execFileSync(process.execPath, [path.join(root, "node_modules/@hey-api/openapi-ts/bin/run.js")], {
    cwd: root,
    env: { ...process.env, OPENAPI_OUT: path.join(fresh, "api") },
    stdio: "pipe",
  });
  const committed = path.join(root, "src/lib");
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
    console.error(`src/lib is not up to date (${drifted.join(", ")}): run "npm run api" and commit the result`);
    process.exitCode = 1;
  } else console.log("src/lib/api is up to date");
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
