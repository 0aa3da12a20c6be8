import { defineConfig } from "@hey-api/openapi-ts";

const input = process.env.OPENAPI ?? "../docs/openapi.json";
const output = process.env.OPENAPI_OUT ?? "src/lib/api";
/** The bodies whose rules a draft checks in the browser; of all others only the types are wanted. */
const drafts = ["AgentBody", "ScheduleBody", "ToolBody"];

/** The typed client comes from the committed document; never edit `src/lib/api*` by hand (`npm run api`). */
export default defineConfig([
  {
    input,
    output,
    plugins: [{ name: "@hey-api/client-fetch", runtimeConfigPath: undefined }, "@hey-api/typescript", "@hey-api/sdk"],
  },
  {
    input,
    output: `${output}-drafts`,
    parser: { filters: { schemas: { include: drafts }, operations: { include: ["GET /nothing"] }, orphans: true } },
    plugins: [{ name: "@hey-api/schemas", type: "json" }],
  },
]);
