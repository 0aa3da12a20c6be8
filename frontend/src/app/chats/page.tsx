import type { Metadata } from "next";

import { chats } from "@/features/chats/feature";

import { ChatsRoute } from "./chats-route";

export const metadata: Metadata = { title: chats.titles["/chats"] };

/** `/chats` */
export default function Page() {
  return <ChatsRoute />;
}
