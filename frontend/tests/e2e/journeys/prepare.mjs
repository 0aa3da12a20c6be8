/** What several journeys start from. */
import { randomBytes } from "node:crypto";

/** A name that no other journey has, although they go side by side. */
export const unique = (name, between = " ") => `${name}${between}${randomBytes(3).toString("hex")}`;

const waiter = {
  name: "wait_a_while",
  description: "Wait a number of seconds, then say so",
  code: 'import asyncio\n\nasync def wait_a_while(seconds: int = 4) -> str:\n    """Wait.\n\n    seconds: How long.\n    """\n    for second in range(seconds):\n        print(second)\n        await asyncio.sleep(1)\n    return f"waited {seconds} seconds"\n',
  timeout_s: 30,
};

/** An agent whose runs take as long as one asks: `Use wait_a_while with seconds 4.` */
export async function slowAgent(api) {
  await api("POST", "/tools/register", waiter);
  return api("POST", "/agents", { name: unique("Waiter"), tools: [waiter.name] });
}

export async function demoAgent(api, more = {}) {
  return api("POST", "/agents", { name: unique("Helper"), tools: ["calculator", "chatbot"], ...more });
}

/** Start a run and wait for its end. */
export async function finished(api, agent, query) {
  return api("POST", "/executions", { agent_id: agent.id, query, mode: "sync" });
}

export const status = (page, value) => page.locator(`[data-testid="trace"][data-status="${value}"]`).first();
