import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { UserOut } from "@/lib/api";

import { authorizedFetch, closeSession, openSession, sessionState } from "./session";

const user = { id: "u1", username: "ada" } as UserOut;
const seen: { url: string; token: string | null; csrf: string | null }[] = [];

/** A server that knows one good token, and gives it for the cookie. */
function serve(good: string, cookie: string | null) {
  vi.stubGlobal("document", { cookie: cookie ? `x=1; dynagent_csrf=${cookie}` : "" });
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
    const url = input instanceof Request ? input.url : String(input);
    seen.push({ url, token: headers.get("authorization"), csrf: headers.get("x-csrf-token") });
    if (url.endsWith("/refresh-token"))
      return Response.json({ access_token: good, user }, { status: headers.get("x-csrf-token") === "c" ? 200 : 401 });
    return new Response(input instanceof Request ? await input.text() : "", {
      status: headers.get("authorization") === `Bearer ${good}` ? 200 : 401,
    });
  });
}

beforeEach(() => void seen.splice(0));
afterEach(() => vi.unstubAllGlobals());

describe("authorizedFetch", () => {
  it("renews an expired token once, for many requests at the same time, and sends each again with its body", async () => {
    serve("new", "c");
    openSession({ access_token: "old", user });
    const ask = () => authorizedFetch(new Request("http://x/api/v1/agents", { method: "POST", body: "hello" }));
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(["hello", "hello", "hello"]);
    expect(seen.filter(({ url }) => url.endsWith("/refresh-token"))).toHaveLength(1);
    expect(sessionState()).toEqual({ signedOut: false, user });
  });

  it("asks to sign in when the session is over", async () => {
    serve("new", null);
    openSession({ access_token: "old", user });
    expect((await authorizedFetch("/api/v1/agents")).status).toBe(401);
    expect(sessionState()).toEqual({ signedOut: true, user: null });
  });

  it("renews first after a reload, when there is a cookie and no token yet", async () => {
    serve("new", "c");
    closeSession();
    const answers = await Promise.all([authorizedFetch("/api/v1/agents"), authorizedFetch("/api/v1/auth/sessions")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(seen.map(({ url }) => url)).toEqual([
      "/api/v1/auth/refresh-token",
      "/api/v1/agents",
      "/api/v1/auth/sessions",
    ]);
  });

  it("sends no token when there is none, and does not renew for sign-in itself", async () => {
    serve("new", "c");
    closeSession();
    expect((await authorizedFetch("/api/v1/auth/login")).status).toBe(401);
    expect(seen).toEqual([{ url: "/api/v1/auth/login", token: null, csrf: null }]);
  });
});
