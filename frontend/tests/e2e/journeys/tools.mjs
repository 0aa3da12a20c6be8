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
  await write(
    `async def ${name}(text: str, times: int = 1) -> str:\n    """Reverse.\n\n    text: What to reverse.\n    """\n    return text[::-1] * times\n`,
  );
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

/** The form of a tool comes from its signature: lists, choices, values in JSON; the server has the last word, at the field. */
export async function toolForm({ page, api }) {
  const name = unique("book", "_");
  const code = `from typing import Literal\n\nasync def ${name}(guests: list[str], meal: Literal["soup", "fish"], seats: int = 2, notes: dict[str, str] | None = None) -> str:\n    """Book.\n\n    guests: Who comes.\n    """\n    return f"{', '.join(guests)} eat {meal} on {seats} seats {notes}"\n`;
  await api("POST", "/tools/register", { name, description: "Book a table", code });
  await page.goto(`/tools?tool=${name}`);
  await page.getByRole("button", { name: "Add to guests" }).click();
  await page.getByRole("button", { name: "Run tool" }).click();
  await page.getByText("Needed").nth(1).waitFor();
  await page.getByRole("textbox", { name: "guests 1" }).fill("Ada");
  await page.getByRole("button", { name: "Add to guests" }).click();
  await page.getByRole("textbox", { name: "guests 2" }).fill("Bob");
  await page.getByRole("combobox", { name: "meal" }).click();
  await page.getByRole("option", { name: "fish" }).click();
  await page.getByRole("textbox", { name: "notes" }).fill('{"table": 7}');
  await page.getByRole("button", { name: "Run tool" }).click();
  // What the form lets pass and the server does not: a number where the schema wants words.
  await page.getByRole("alert").filter({ hasText: "table" }).first().waitFor();
  await shot(page, "tool-form");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("textbox", { name: "notes" }).fill('{"table": "seven"}');
  await page.getByRole("button", { name: "Remove guests 1" }).click();
  await page.getByRole("button", { name: "Run tool" }).click();
  await page.getByTestId("tool-result").getByText("Bob eat fish on 2 seats {'table': 'seven'}").waitFor();
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
  await page.getByRole("button", { name: /^Version 1/ }).click();
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
