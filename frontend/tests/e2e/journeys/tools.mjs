import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";

export async function registerTool({ page }) {
  const name = `reverse_${Date.now() % 1000000}`;
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
