import { CalendarClock } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Schedules: questions that are asked again and again. */
export const schedules = {
  places: [{ href: "/schedules", label: "Schedules", icon: CalendarClock, group: "run" }],
  creations: [
    {
      what: "schedule",
      label: "New schedule",
      href: "/schedules/new",
      permission: "executions:run",
      words: "cron timer",
    },
  ],
  commands: () => import("./model/commands").then(({ scheduleCommands }) => scheduleCommands),
  titles: { "/schedules": "Schedules", "/schedules/new": "New schedule", "/schedules/[id]": "Schedule" },
} satisfies Feature;
