"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { ConversationOut } from "@/lib/api";
import { openEventStream, type StreamState } from "@/lib/event-stream";
import { authorizedFetch } from "@/lib/session";

import { conversationKeys, type MessageFilters } from "../api/keys";
import { isBetween, type MessagePages, readNews, withMessage } from "../model/messages";

const REFRESH_MS = 400;

/**
 * Follow what the caller's agents say to each other: a message of the conversation that is shown stands there at once,
 * lists and numbers are asked again a moment later, once for a burst. Returns how the connection stands.
 */
export function useLiveMessages(shown: ConversationOut | undefined): StreamState {
  const queryClient = useQueryClient();
  const [state, setState] = useState<StreamState>({ phase: "connecting" });
  const id = shown?.conversation_id;
  const pair = JSON.stringify(shown?.participants ?? []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      void queryClient.invalidateQueries({ queryKey: conversationKeys.lists });
      void queryClient.invalidateQueries({ queryKey: conversationKeys.stats });
      if (id !== undefined) void queryClient.invalidateQueries({ queryKey: conversationKeys.one(id) });
    };
    const stream = openEventStream({
      url: "/api/v1/stream/conversations",
      fetch: authorizedFetch,
      onMessage: ({ data }) => {
        const message = readNews(data);
        if (!message) return false;
        timer ??= setTimeout(refresh, REFRESH_MS);
        if (id !== undefined && isBetween(message, JSON.parse(pair) as string[])) {
          const unfiltered: MessageFilters = { search: "", from: null, iteration: null };
          queryClient.setQueryData<MessagePages>(
            conversationKeys.messages(id, unfiltered),
            (before) => before && withMessage(before, message),
          );
        }
        return false;
      },
      onState: (next) => {
        setState(next);
        // The stream tells what comes from now on: what came before it was open is asked for.
        if (next.phase !== "live") return;
        void queryClient.invalidateQueries({ queryKey: conversationKeys.allMessages });
        refresh();
      },
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [queryClient, id, pair]);
  return state;
}
