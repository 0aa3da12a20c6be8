import type { Metadata } from "next";

import { ChatsRoute } from "./chats-route";

export const metadata: Metadata = { title: "Chats" };

/** `/chats` */
export default function Page() {
  return <ChatsRoute />;
}
