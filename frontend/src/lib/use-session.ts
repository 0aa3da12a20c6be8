"use client";

import { useSyncExternalStore } from "react";

import { type SessionState, sessionState, subscribeSession } from "./session";

const initial: SessionState = { signedOut: false, user: null };

/** Who is signed in, and whether somebody has to. */
export function useSession(): SessionState {
  return useSyncExternalStore(subscribeSession, sessionState, () => initial);
}
