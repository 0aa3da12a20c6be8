import type { Metadata } from "next";

import { NewSchedule } from "@/features/schedules/components/new-schedule";
import { schedules } from "@/features/schedules/feature";

export const metadata: Metadata = { title: schedules.titles["/schedules/new"] };

/** `/schedules/new` */
export default function Page() {
  return <NewSchedule />;
}
