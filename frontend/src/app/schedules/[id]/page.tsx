import type { Metadata } from "next";

import { ScheduleRoute } from "./schedule-route";

export const metadata: Metadata = { title: "Schedule" };

/** The one page that is exported for all ids (README: rewrites). */
export function generateStaticParams() {
  return [{ id: "_" }];
}

/** `/schedules/<id>` */
export default function Page() {
  return <ScheduleRoute />;
}
