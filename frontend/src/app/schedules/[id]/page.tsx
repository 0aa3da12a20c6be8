import type { Metadata } from "next";

import { schedules } from "@/features/schedules/feature";

import { ScheduleRoute } from "./schedule-route";

export const metadata: Metadata = { title: schedules.titles["/schedules/[id]"] };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/schedules/<id>` */
export default function Page() {
  return <ScheduleRoute />;
}
