import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { unique } from "./prepare.mjs";

export async function registerTool({ page }) {
  const name = unique("reverse", "_");
  await page.goto("/tools/new");
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Description" }).fill("Reverse the characters in a string");
  const editor = page.getByRole("textbox", { name: "Source" });
  const write = async (code) => {
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(code);
  };
  await write(`async def ${name}(text: str) -> str:\n    import os\n    return text[::-1]\n`);
  await page.getByRole("button", { name: "Register tool" }).click();
  await page.getByText("line 2, column 5").waitFor();
  await page.locator(".cm-lint-marker-error").waitFor();
  await shot(page, "tool-findings");
  assert.deepEqual(await axe(page), []);
  await write(`async def ${name}(text: str, times: int = 1) -> str:\n    """Reverse.\n\n    text: What to reverse.\n    """\n    return text[::-1] * times\n`);
  await page.getByRole("button", { name: "Register tool" }).click();
  await page.waitForURL(new RegExp(`tool=${name}`));
  await page.getByRole("button", { name: "Run tool" }).click();
  await page.getByText("Needed").waitFor();
  await page.getByRole("textbox", { name: "text" }).fill("olleh");
  await page.getByRole("button", { name: "Run tool" }).click();
  await page.getByTestId("tool-result").getByText("hello").waitFor();
  await shot(page, "tool-try-out");
  await page.getByRole("button", { name: "Remove this tool" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("Choose a tool").waitFor();
}

/** A registered tool changes: a new version, its diff, the way back; it is switched off and on. */
export async function editTool({ page, api }) {
  const name = unique("shout", "_");
  const code = (body) => `async def ${name}(text: str) -> str:\n    return ${body}\n`;
  await api("POST", "/tools/register", { name, description: "Say it loudly", code: code("text.upper()") });
  await page.goto(`/tools?tool=${name}&tab=source`);
  const editor = page.getByRole("textbox", { name: "Source" });
  const write = async (text) => {
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
  };
  await write(code("text.upper() + chr(33)").replace("    return", "    import os\n    return"));
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await page.getByText("line 2, column 5").waitFor();
  await page.locator(".cm-lint-marker-error").waitFor();
  await write(code("text.upper() + chr(33)"));
  await page.getByText("Grants and limits").click();
  await page.getByRole("textbox", { name: "Time limit" }).fill("9");
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await page.getByText("v2", { exact: true }).waitFor();
  await shot(page, "tool-edit");
  assert.deepEqual(await axe(page), []);

  await api("PUT", `/tools/${name}`, { description: "Changed by another tab" });
  await page.getByRole("textbox", { name: "Tags" }).fill("loud");
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await page.getByText("There is a version 3 by now").waitFor();
  await page.getByRole("button", { name: "Save mine over it" }).click();
  await page.getByText("v4", { exact: true }).waitFor();

  await page.getByRole("tab", { name: "Versions" }).click();
  await page.getByRole("button", { name: /^v1/ }).click();
  await page.getByText("What restoring it would change").waitFor();
  await shot(page, "tool-versions");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Restore this version" }).click();
  await page.locator("header").getByText("v5", { exact: true }).waitFor();
  assert.equal((await api("GET", `/tools/${name}`)).source, code("text.upper()"));

  await page.getByRole("switch", { name: `${name} may be called` }).click();
  await page.getByText("Its calls are refused", { exact: true }).waitFor();
  await page.getByRole("tab", { name: "Try it" }).click();
  await page.getByRole("textbox", { name: "text" }).fill("hello");
  await page.getByRole("button", { name: "Run tool" }).click();
  await page.getByText("tool_disabled").waitFor();
  await page.getByRole("switch", { name: `${name} may be called` }).click();
  await page.getByText("Its calls are refused", { exact: true }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Run tool" }).click();
  await page.getByTestId("tool-result").getByText("HELLO").waitFor();
}
