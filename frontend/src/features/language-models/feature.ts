import { ChartColumn } from "lucide-react";

import { ModelIcon } from "@/components/ui/icons";
import type { Feature } from "@/lib/feature";

/** Language models, the keys of their providers, and what was used. */
export const languageModels = {
  places: [
    { href: "/usage", label: "Usage", icon: ChartColumn, group: "improve", permission: "models:read" },
    { href: "/settings/models", label: "Models & keys", icon: ModelIcon, group: "workspace" },
  ],
  permissionWords: { keys: "provider keys" },
  titles: { "/usage": "Usage", "/settings/models": "Models" },
} satisfies Feature;
