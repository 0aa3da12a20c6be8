import type { Metadata } from "next";

import { Dialogues } from "@/features/conversations/components/dialogues";
import { conversations } from "@/features/conversations/feature";

export const metadata: Metadata = { title: conversations.titles["/dialogues"] };

/** `/dialogues` */
export default function Page() {
  return <Dialogues />;
}
