import type { Metadata } from "next";

import { NewSchedule } from "@/features/schedules/components/new-schedule";

export const metadata: Metadata = { title: "New schedule" };

/** `/schedules/new` */
export default function Page() {
  return <NewSchedule />;
}
