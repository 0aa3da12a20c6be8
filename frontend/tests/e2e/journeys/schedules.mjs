import assert from "node:assert/strict";

import { axe, shot } from "../browser.mjs";
import { demoAgent, unique } from "./prepare.mjs";

/** Write a schedule in words, see its times, have one run, pause, change and remove it. */
export async function schedules({ page, api }) {
  const agent = await demoAgent(api);
  const name = unique("Report");
  await page.goto(`/schedules/new?agent=${agent.id}`);
  await page.getByRole("button", { name: "Create schedule" }).click();
  await page.getByText("Needed").first().waitFor();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Question" }).fill("What is 2+2?");
  await page.getByRole("combobox", { name: "Repeats" }).click();
  await page.getByRole("option", { name: "On days of the week" }).click();
  await page.getByRole("button", { name: "Wed" }).click();
  await page.getByLabel("At", { exact: true }).fill("07:30");
  await page.getByRole("heading", { name: "Mondays and Wednesdays at 07:30" }).waitFor();
  const times = page.getByRole("list", { name: "Next runs" }).getByRole("listitem");
  await times.filter({ hasText: "07:30" }).nth(4).waitFor();
  for (const time of await times.allTextContents()) assert.match(time, /^(Mon|Wed), .* 07:30/);
  page.expected.push(/^422 GET .*\/preview$/);
  await page.getByRole("combobox", { name: "Time zone" }).fill("Moon/Base");
  await page.getByText("IANA time zone").first().waitFor();
  await shot(page, "schedule-problem");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("combobox", { name: "Time zone" }).fill("Asia/Tokyo");
  await page.getByText("your time").first().waitFor();
  await page.getByRole("button", { name: "Create schedule" }).click();
  await page.waitForURL(/\/schedules\/[0-9a-f-]{36}/);
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  const id = /schedules\/([0-9a-f-]{36})/.exec(page.url())[1];
  assert.deepEqual(pick(await api("GET", `/schedules/${id}`)), {
    cron: "30 7 * * 1,3",
    time_zone: "Asia/Tokyo",
    paused: false,
  });

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused: the times below").waitFor();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("active", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Repeats" }).click();
  await page.getByRole("option", { name: "Every few minutes" }).click();
  await page.getByRole("combobox", { name: "Every", exact: true }).click();
  await page.getByRole("option", { name: "minute", exact: true }).click();
  // The button is disabled while it saves as well as afterwards: the answer tells that it is saved.
  const saved = page.waitForResponse((response) => response.request().method() === "PATCH");
  await page.getByRole("button", { name: "Save changes" }).click();
  assert.equal((await saved).status(), 200);
  assert.equal((await api("GET", `/schedules/${id}`)).cron, "* * * * *");
  // The next full minute comes, and the run stands in the list by itself.
  await page.getByRole("link", { name: "What is 2+2?" }).first().waitFor({ timeout: 100_000 });
  await shot(page, "schedule");
  assert.equal((await api("GET", `/executions?schedule_id=${id}`)).total >= 1, true);

  await page.goto("/schedules");
  await page.getByRole("link", { name }).waitFor();
  await page.getByRole("switch", { name: `${name} is active` }).click();
  await page.getByText("paused", { exact: true }).first().waitFor();
  await shot(page, "schedules");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Remove …" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("link", { name }).waitFor({ state: "detached" });
}

function pick({ cron, time_zone, paused }) {
  return { cron, time_zone, paused };
}
