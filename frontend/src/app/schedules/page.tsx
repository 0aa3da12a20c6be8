import type { Metadata } from "next";

import { ScheduleList } from "@/features/schedules/components/schedule-list";
import { schedules } from "@/features/schedules/feature";

export const metadata: Metadata = { title: schedules.titles["/schedules"] };

/** `/schedules` */
export default function Page() {
  return <ScheduleList />;
}
