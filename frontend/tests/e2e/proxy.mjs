/** A network that can be cut: everything goes through here to the server. Serves the site itself only if the server does not. */
import { createServer, request as ask } from "node:http";

import { serveSite } from "../mock/site.mjs";

const API = /^\/(api|health|ready|metrics|docs|openapi\.json)(\/|$|\?)/;

/** Start it. `drop(ms)` breaks every open connection and refuses new ones for that long. */
export async function startProxy(target) {
  const ownSite = !(await servesDynamicPages(target));
  const sockets = new Set();
  let cutUntil = 0;
  const server = createServer((incoming, outgoing) => {
    if (ownSite && !API.test(incoming.url)) return serveSite(incoming, outgoing);
    const { hostname, port } = new URL(target);
    const passed = ask({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  server.on("connection", (socket) => {
    if (Date.now() < cutUntil) return socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    ownSite,
    drop: (ms) => {
      cutUntil = Date.now() + ms;
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Whether the server rewrites `/agents/<id>/` to the exported page and sends a policy with it. */
async function servesDynamicPages(target) {
  const answer = await fetch(`${target}/agents/01a1fc0f-474a-72ef-aef1-fb6cdff73503/`).catch(() => null);
  return Boolean(answer?.ok && answer.headers.get("content-security-policy")?.includes("script-src"));
}
