import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";

import { describe, expect, it } from "vitest";

import type { TriggerOut } from "@/lib/api";

import { bodyOf, changesOf, draftOf, emptyTrigger, sendingLines, triggerErrors } from "./trigger-draft";

const row = (name: string, path: string) => ({ key: name, name, path });

describe("trigger draft", () => {
  it("becomes the body of what it starts, and no more", () => {
    const ofAgent = { ...emptyTrigger, name: " Issues ", agentId: "a", query: "Look at {{ payload.title }}" };
    expect(bodyOf(ofAgent)).toEqual({
      name: "Issues",
      agent_id: "a",
      query: "Look at {{ payload.title }}",
      replay_window_s: 300,
    });
    const ofWorkflow = {
      ...ofAgent,
      starts: "workflow" as const,
      workflowId: "w",
      inputs: [row("topic", "payload.title")],
    };
    expect(bodyOf(ofWorkflow)).toEqual({
      name: "Issues",
      workflow_id: "w",
      inputs: { topic: "payload.title" },
      replay_window_s: 300,
    });
    expect(changesOf(ofWorkflow)).toEqual({ name: "Issues", inputs: { topic: "payload.title" }, replay_window_s: 300 });
  });

  it("reads what is stored", () => {
    const stored = {
      name: "Issues",
      agent_id: null,
      workflow_id: "w",
      query: "",
      inputs: { topic: "payload.title" },
      replay_window_s: 60,
    } as unknown as TriggerOut;
    expect(draftOf(stored)).toMatchObject({ starts: "workflow", workflowId: "w", windowS: "60" });
    expect(changesOf(draftOf(stored))).toEqual({
      name: "Issues",
      inputs: { topic: "payload.title" },
      replay_window_s: 60,
    });
  });

  it("names each broken bound at its place", () => {
    expect(triggerErrors(emptyTrigger)).toEqual({ "/name": "Needed", "/agent_id": "Choose an agent" });
    const broken = {
      ...emptyTrigger,
      name: "x",
      starts: "workflow" as const,
      workflowId: "w",
      windowS: "9",
      inputs: [row("a", "payload"), row("a", "issue.title"), row(" ", "payload.b")],
    };
    expect(triggerErrors(broken)).toEqual({
      "/replay_window_s": "From 10 to 86,400 seconds",
      "row-1-name": "Each only once",
      "row-1-path": "Begins with payload, as payload.issue.title",
      "row-2-name": "Needed",
    });
  });

  it("signs in a shell as the standard says", () => {
    const key = Buffer.from("a key of some length");
    const lines = sendingLines("http://x", `whsec_${key.toString("base64")}`);
    const [unsent] = lines.split("\ncurl");
    const said = execFileSync("sh", ["-c", `${unsent}\nprintf '%s\\n' "$ID.$AT.$BODY" "$SIGNATURE"`], {
      encoding: "utf8",
    });
    const [content = "", signature] = said.trim().split("\n");
    expect(signature).toBe(createHmac("sha256", key).update(content).digest("base64"));
  });
});
