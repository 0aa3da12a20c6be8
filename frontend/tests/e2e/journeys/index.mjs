import { agentJourney, builderProblems } from "./agents.mjs";
import { focusAndTitles, nowhere, serverAway } from "./behaviour.mjs";
import { chats } from "./chats.mjs";
import { approvals, fork } from "./decisions.mjs";
import { files } from "./files.mjs";
import { identity } from "./identity.mjs";
import { darkMode, deepLinks, longTrace, pages } from "./pages.mjs";
import { approval, cancel, dropNetwork, firstRun, reload, replay } from "./runs.mjs";
import { schedules } from "./schedules.mjs";
import { editTool, registerTool, toolForm } from "./tools.mjs";
import { keyboardOnly, traceByKeyboard } from "./trace.mjs";
import { workflows } from "./workflows.mjs";

/** All journeys: the first run, which wants an empty installation, then those that take long, so that none of them is the last one going. */
export const journeys = {
  "first-run": firstRun,
  schedules,
  identity,
  pages,
  "long-trace": longTrace,
  "drop-network": dropNetwork,
  reload,
  agents: agentJourney,
  tools: registerTool,
  "edit-tool": editTool,
  "tool-form": toolForm,
  "builder-problems": builderProblems,
  chats,
  files,
  approvals,
  fork,
  workflows,
  cancel,
  approval,
  replay,
  trace: traceByKeyboard,
  keyboard: keyboardOnly,
  dark: darkMode,
  away: serverAway,
  nowhere,
  focus: focusAndTitles,
  "deep-links": deepLinks,
};
