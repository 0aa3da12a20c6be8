/** A network that can be cut: everything goes through here to the server. */
import { createServer, request as ask } from "node:http";

/** Start it. `drop(ms)` breaks every open connection and refuses new ones for that long. */
export async function startProxy(target) {
  const sockets = new Set();
  let cutUntil = 0;
  const server = createServer((incoming, outgoing) => {
    const { hostname, port } = new URL(target);
    const passed = ask(
      { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      },
    );
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
