import { Webhook } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Triggers: signed messages of other programs that start an agent or a workflow. */
export const triggers = {
  places: [
    {
      href: "/settings/triggers",
      label: "Triggers",
      icon: Webhook,
      group: "developers",
      permission: "triggers:read",
    },
  ],
  creations: [
    {
      what: "trigger",
      label: "New trigger",
      href: "/settings/triggers?edit=new",
      permission: "triggers:write",
      words: "webhook incoming message event",
    },
  ],
  permissionWords: { triggers: "triggers" },
  titles: { "/settings/triggers": "Triggers" },
} satisfies Feature;
