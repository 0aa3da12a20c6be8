/** The real server for the browser tests: started from the repository's virtual environment, on any free port, in a folder of its own. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const START_MS = 180_000;

/** Start it, or take the one that DYNAGENT_URL names; `own` is never that one. Returns its address and how to stop it; null when there is none to start. */
export async function startServer({ signIn = false, own = signIn } = {}) {
  if (process.env.DYNAGENT_URL && !own)
    return { url: process.env.DYNAGENT_URL.replace(/\/$/, ""), stop: async () => undefined };
  const command = path.join(repository, ".venv/bin/dynagent");
  if (!existsSync(command)) return null;
  const data = mkdtempSync(path.join(tmpdir(), "dynagent-e2e-"));
  const env = {
    ...process.env,
    DATA_DIR: data,
    AUTH_MODE: signIn ? "required" : "local",
    SECRET_KEY: randomBytes(32).toString("base64"),
    OPENAI_API_KEY: "",
    OPENAI_BASE_URL: "",
    DATABASE_URL: "",
    REDIS_URL: "",
  };
  for (const name of ["OPENAI_API_KEY", "OPENAI_BASE_URL", "DATABASE_URL", "REDIS_URL"]) delete env[name];
  const child = spawn(command, ["serve", "--port", "0"], { cwd: data, env, stdio: ["ignore", "pipe", "pipe"] });
  const { url, setup } = await listening(child);
  const stop = async () => {
    child.kill("SIGTERM");
    await new Promise((done) => (child.exitCode === null ? child.once("exit", done) : done()));
    rmSync(data, { recursive: true, force: true });
  };
  return { url, setup, stop };
}

function listening(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk) => {
      said = (said + chunk).slice(-8000);
      const match = /listening on (http:\/\/\S+)/.exec(said);
      if (match) resolve({ url: match[1], setup: /\/setup#token=\S+/.exec(said)?.[0] });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
    setTimeout(
      () => reject(new Error(`the server was not ready within ${START_MS / 1000} s:\n${said}`)),
      START_MS,
    ).unref();
  });
}
