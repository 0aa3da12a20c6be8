/**
 * The session of this page. The access token lives in memory only; the refresh token is a cookie that no script can read.
 * In local mode there is no session, and nothing here does anything.
 */
import type { UserOut } from "@/lib/api";

export interface SessionState {
  /** The server asked for credentials and there are none: somebody has to sign in. */
  signedOut: boolean;
  user: UserOut | null;
}

const REFRESH_URL = "/api/v1/auth/refresh-token";
const LOCK = "dynagent-session";
/** What is asked without a session; a 401 there says something else than that it has ended. */
const OPEN = /\/auth\/(login|register|setup|password|options|refresh-token|logout)$/;

let accessToken: string | null = null;
let state: SessionState = { signedOut: false, user: null };
let renewing: Promise<boolean> | null = null;
const listeners = new Set<() => void>();

export function sessionState(): SessionState {
  return state;
}

export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Take what signing in, registering or the first setup has answered. */
export function openSession({ access_token, user }: { access_token: string; user: UserOut }): void {
  accessToken = access_token;
  change({ signedOut: false, user });
}

/** Forget everything; the page asks to sign in. */
export function closeSession(): void {
  accessToken = null;
  change({ signedOut: true, user: null });
}

/** `fetch` with the session's token. An expired one is renewed once; without a session the page is told to ask for one. */
export const authorizedFetch: typeof fetch = async (input, init) => {
  const again = input instanceof Request ? input.clone() : input;
  // After a reload the cookie is there and the token is not: renewing first spares every request of the page a refusal.
  if (accessToken === null && csrfHeader()["X-CSRF-Token"] && !OPEN.test(urlOf(input))) await renewSession();
  const used = accessToken;
  const response = await send(input, init);
  if (response.status !== 401 || OPEN.test(urlOf(input))) return response;
  if (accessToken === used && !(await renewSession())) {
    closeSession();
    return response;
  }
  return send(again, init);
};

/** The header that cookie routes want from our own pages. */
export function csrfHeader(): Record<string, string> {
  const cookie = /(?:^|;\s*)dynagent_csrf=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ? { "X-CSRF-Token": decodeURIComponent(cookie) } : {};
}

/** Exchange the cookie for a new token; one tab at a time, because a refresh token may be used only once. */
function renewSession(): Promise<boolean> {
  renewing ??= alone(async () => {
    const headers = csrfHeader();
    if (!headers["X-CSRF-Token"]) return false;
    const response = await fetch(REFRESH_URL, { method: "POST", headers, credentials: "same-origin" });
    if (!response.ok) return false;
    openSession((await response.json()) as { access_token: string; user: UserOut });
    return true;
  }).finally(() => {
    renewing = null;
  });
  return renewing;
}

async function alone(work: () => Promise<boolean>): Promise<boolean> {
  return typeof navigator !== "undefined" && "locks" in navigator ? navigator.locks.request(LOCK, work) : work();
}

function send(input: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> {
  if (accessToken === null) return fetch(input, init);
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
  headers.set("Authorization", `Bearer ${accessToken}`);
  return fetch(input, { ...init, headers });
}

function urlOf(input: RequestInfo | URL): string {
  return input instanceof Request ? input.url : String(input);
}

function change(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}
