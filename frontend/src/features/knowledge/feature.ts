import { BookOpenText } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Knowledge: documents that agents answer from. */
export const knowledge = {
  places: [
    { href: "/knowledge", label: "Knowledge", icon: BookOpenText, group: "knowledge", permission: "knowledge:read" },
  ],
  permissionWords: { knowledge: "knowledge bases" },
  titles: { "/knowledge": "Knowledge", "/knowledge/[id]": "Knowledge base" },
} satisfies Feature;
