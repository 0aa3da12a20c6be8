import type { Metadata } from "next";

import { ConversationsRoute } from "./conversations-route";

export const metadata: Metadata = { title: "Conversations" };

/** `/conversations` */
export default function Page() {
  return <ConversationsRoute />;
}
