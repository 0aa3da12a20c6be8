import type { Metadata } from "next";

import { ScheduleList } from "@/features/schedules/components/schedule-list";

export const metadata: Metadata = { title: "Schedules" };

/** `/schedules` */
export default function Page() {
  return <ScheduleList />;
}
