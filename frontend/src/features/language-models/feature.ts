import { ModelIcon } from "@/components/ui/icons";
import type { Feature } from "@/lib/feature";

/** Language models, the keys of their providers, and what was used. */
export const languageModels = {
  places: [{ href: "/settings/models", label: "Models & keys", icon: ModelIcon, group: "workspace" }],
  permissionWords: { keys: "provider keys" },
  titles: { "/settings/models": "Models" },
} satisfies Feature;
