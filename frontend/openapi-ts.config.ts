import { defineConfig } from "@hey-api/openapi-ts";

/** The typed client comes from the committed document; never edit `src/lib/api` by hand (`npm run api`). */
export default defineConfig({
  input: process.env.OPENAPI ?? "../docs/openapi.json",
  output: process.env.OPENAPI_OUT ?? "src/lib/api",
  plugins: [
    { name: "@hey-api/client-fetch", runtimeConfigPath: undefined },
    "@hey-api/typescript",
    { name: "@hey-api/schemas", type: "json" },
    "@hey-api/sdk",
  ],
});
