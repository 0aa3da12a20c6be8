import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { client } from "@/lib/api/client.gen";

import { upload } from "./upload";

const MIB = 1024 * 1024;
const file = (size: number) => new File([new Uint8Array(size)], "report.bin");

describe("upload", () => {
  let stored = 0;
  let refusals: Response[] = [];
  const asked: string[] = [];

  beforeEach(() => {
    stored = 0;
    refusals = [];
    asked.length = 0;
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 100 });
    client.setConfig({ baseUrl: "http://server", fetch: answer as typeof fetch });
  });
  afterEach(() => vi.useRealTimers());

  async function answer(request: Request): Promise<Response> {
    asked.push(`${request.method} ${request.headers.get("upload-offset") ?? ""}`.trim());
    if (request.method === "POST") return Response.json({ id: "u1", offset: 0 }, { status: 201 });
    if (request.method === "GET") return Response.json({ id: "u1", offset: stored });
    const refusal = refusals.shift();
    if (refusal) return refusal;
    stored += (await request.arrayBuffer()).byteLength;
    const whole = stored >= 9 * MIB;
    return Response.json({ id: "u1", offset: stored, file: whole ? { id: "f1", name: "report.bin" } : null });
  }

  it("sends parts one after the other and tells how far it is", async () => {
    const told: number[] = [];

    const kept = await upload(file(9 * MIB), { onProgress: (sent) => told.push(sent) });

    expect(kept.id).toBe("f1");
    expect(told).toEqual([4 * MIB, 8 * MIB, 9 * MIB]);
    expect(asked).toEqual(["POST", "PATCH 0", `PATCH ${4 * MIB}`, `PATCH ${8 * MIB}`]);
  });

  it("goes on where the server says after a broken part", async () => {
    refusals = [Response.json({ title: "away", status: 503, detail: "away" }, { status: 503 })];

    await upload(file(9 * MIB));

    expect(asked.slice(0, 4)).toEqual(["POST", "PATCH 0", "GET", "PATCH 0"]);
  });

  it("does not try again what is refused for good", async () => {
    const refusal = { title: "no", status: 422, detail: "it is infected", error_code: "file_infected" };
    refusals = [Response.json(refusal, { status: 422 })];

    await expect(upload(file(9 * MIB))).rejects.toMatchObject({ error_code: "file_infected" });
    expect(asked).toEqual(["POST", "PATCH 0"]);
  });
});
