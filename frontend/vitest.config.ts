import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  test: {
    environment: "node",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // Machines that run everything at once are slow, not broken.
    testTimeout: 30_000,
    // What is written without React; pages and components are the browser's journeys'.
    coverage: {
      provider: "v8",
      include: ["src/lib/**/*.ts", "src/features/*/model/**/*.ts"],
      exclude: ["src/lib/api/**", "src/lib/api-drafts/**", "src/lib/use-*.ts", "**/*.test.ts", "**/testing/**"],
      reporter: ["text-summary"],
      thresholds: { lines: 80, functions: 80 },
    },
  },
});
