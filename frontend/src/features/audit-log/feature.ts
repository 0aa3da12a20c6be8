import { ScrollText } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** The audit log, for administrators. */
export const auditLog = {
  places: [
    { href: "/settings/audit-log", label: "Audit log", icon: ScrollText, group: "system", permission: "audit:read" },
  ],
  permissionWords: { audit: "the audit log" },
  titles: { "/settings/audit-log": "Audit log" },
} satisfies Feature;
