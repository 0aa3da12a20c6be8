import type { Feature } from "@/lib/feature";

/** Examples: agents, teams and workflows that run without a key, imported on request. */
export const examples = {
  creations: [
    {
      what: "example",
      label: "From an example",
      href: "/examples",
      permission: "agents:write",
      words: "new template sample demo import",
    },
  ],
  titles: { "/examples": "Examples" },
} satisfies Feature;
