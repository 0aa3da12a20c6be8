import { agents } from "@/features/agents/feature";
import { auditLog } from "@/features/audit-log/feature";
import { chats } from "@/features/chats/feature";
import { conversations } from "@/features/conversations/feature";
import { examples } from "@/features/examples/feature";
import { executions } from "@/features/executions/feature";
import { files } from "@/features/files/feature";
import { identity } from "@/features/identity/feature";
import { knowledge } from "@/features/knowledge/feature";
import { languageModels } from "@/features/language-models/feature";
import { onboarding } from "@/features/onboarding/feature";
import { schedules } from "@/features/schedules/feature";
import { system } from "@/features/system/feature";
import { teams } from "@/features/teams/feature";
import { tools } from "@/features/tools/feature";
import { triggers } from "@/features/triggers/feature";
import { workflows } from "@/features/workflows/feature";
import type { Feature } from "@/lib/feature";

/** All features; inside a group of the navigation they stand in this order. */
export const features: readonly Feature[] = [
  onboarding,
  agents,
  workflows,
  examples,
  tools,
  knowledge,
  files,
  chats,
  executions,
  teams,
  conversations,
  schedules,
  identity,
  languageModels,
  auditLog,
  triggers,
  system,
];
