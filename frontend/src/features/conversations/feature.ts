import { MessagesSquare } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Conversations of agents among themselves; on the screen they are dialogues, as chats are what people have. */
export const conversations = {
  places: [
    { href: "/dialogues", label: "Dialogues", icon: MessagesSquare, group: "run", permission: "conversations:read" },
  ],
  commands: () => import("./model/commands").then(({ conversationCommands }) => conversationCommands),
  permissionWords: { conversations: "dialogues of agents", communication_rules: "who may talk to whom" },
  titles: { "/dialogues": "Dialogues" },
} satisfies Feature;
