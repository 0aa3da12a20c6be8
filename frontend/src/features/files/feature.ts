import { Files } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Files: what users upload and attach. */
export const files = {
  places: [{ href: "/files", label: "Files", icon: Files, group: "knowledge", permission: "files:read" }],
  commands: () => import("./model/commands").then(({ fileCommands }) => fileCommands),
  permissionWords: { files: "files" },
  titles: { "/files": "Files" },
} satisfies Feature;
