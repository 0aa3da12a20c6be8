import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { status, unique } from "./prepare.mjs";

const broken = {
  name: "price_of",
  description: "Look up a price",
  code: 'async def price_of(article: str = "A1") -> str:\n    """Look up.\n\n    article: Which.\n    """\n    raise ValueError("there is no column named price")\n',
};

const selected = (page) => page.getByRole("treeitem", { selected: true });

/** Errors one after another, the input of a model call, zoom, a step's link, all with the keyboard alone. */
export async function traceByKeyboard({ page, api }) {
  await api("POST", "/tools/register", broken);
  const agent = await api("POST", "/agents", { name: unique("Broken"), tools: [broken.name, "calculator"] });
  const run = await api("POST", "/executions", {
    agent_id: agent.id,
    query: "Use price_of with article A7. Then compute 6*7.",
    mode: "sync",
  });
  await page.goto(`/runs/${run.id}`);
  await status(page, "completed").waitFor();

  await page.getByRole("button", { name: "Jump to error" }).press("Enter");
  await selected(page).filter({ hasText: "price_of" }).waitFor();
  await page.getByText("there is no column named price").first().waitFor();
  assert.match(page.url(), /step=/, "the step stands in the address");
  await shot(page, "execution-error");

  await page.getByRole("tree").focus();
  await page.keyboard.press("Home");
  await selected(page).filter({ hasText: agent.name }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await selected(page).getAttribute("aria-expanded"), "false");
  await page.keyboard.press("ArrowRight");
  assert.equal(await selected(page).getAttribute("aria-expanded"), "true");
  const steps = await page.getByRole("treeitem").count();
  for (
    let step = 0;
    step < steps && (await page.getByRole("list", { name: "Messages before this call" }).count()) === 0;
    step++
  )
    await page.keyboard.press("ArrowDown");
  await page
    .getByRole("list", { name: "Messages before this call" })
    .getByText("Use price_of with article A7")
    .waitFor();

  await page.getByRole("button", { name: "Zoom to this step" }).press("Enter");
  await shot(page, "execution-zoom");
  await page.getByRole("button", { name: "Show the whole run" }).press("Enter");
  const divider = page.getByRole("separator", { name: "Width of the details" });
  const before = Number(await divider.getAttribute("aria-valuenow"));
  await divider.press("ArrowLeft");
  assert.equal(Number(await divider.getAttribute("aria-valuenow")), before + 2);
  assert.deepEqual(await axe(page), []);

  const chosen = await selected(page).getAttribute("id");
  await page.reload();
  await selected(page).waitFor();
  assert.equal(await selected(page).getAttribute("id"), chosen, "a link shows the same step");
}

/** From the first page to a finished run without a mouse. */
export async function keyboardOnly({ page, api }) {
  const agent = await api("POST", "/agents", { name: unique("Keys"), tools: ["calculator"] });
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Tab");
  await page.getByRole("link", { name: "Skip to content" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).waitFor();
  await page.keyboard.insertText(`ask ${agent.name}`);
  await page.getByRole("option", { name: `Ask ${agent.name}` }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/playground/);
  const question = page.getByRole("textbox", { name: "Question" });
  for (let tab = 0; tab < 40 && !(await question.evaluate((element) => element === document.activeElement)); tab++)
    await page.keyboard.press("Tab");
  await page.keyboard.insertText("What is 6*7?");
  await page.keyboard.press("Enter");
  await status(page, "completed").waitFor();
  await page.getByText("✔ Result: 42").first().waitFor();
}
