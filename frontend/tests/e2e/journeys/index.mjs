import { agentJourney, builderProblems } from "./agents.mjs";
import { conversations } from "./conversations.mjs";
import { approvals, fork } from "./decisions.mjs";
import { identity } from "./identity.mjs";
import { darkMode, deepLinks, longTrace, pages } from "./pages.mjs";
import { approval, cancel, dropNetwork, firstRun, reload, replay } from "./runs.mjs";
import { schedules } from "./schedules.mjs";
import { editTool, registerTool } from "./tools.mjs";
import { keyboardOnly, traceByKeyboard } from "./trace.mjs";

/** All journeys, in this order: the first run wants an empty installation. */
export const journeys = { "first-run": firstRun, agents: agentJourney, "builder-problems": builderProblems, tools: registerTool, "edit-tool": editTool, schedules, conversations, approvals, fork, "drop-network": dropNetwork, cancel, approval, reload, replay, trace: traceByKeyboard, keyboard: keyboardOnly, dark: darkMode, "deep-links": deepLinks, pages, "long-trace": longTrace, identity };
