import { ChatIcon } from "@/components/ui/icons";
import type { Feature } from "@/lib/feature";

/** Chats of a person with an agent. */
export const chats = {
  places: [{ href: "/chats", label: "Chats", icon: ChatIcon, group: "run", phone: 2 }],
  creations: [
    {
      what: "chat",
      label: "New chat",
      href: "/chats?fresh=true",
      permission: "executions:run",
      words: "talk conversation",
    },
  ],
  commands: () => import("./model/commands").then(({ chatCommands }) => chatCommands),
  titles: { "/chats": "Chats" },
} satisfies Feature;
