import { House } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** Home: the first run, then the overview. */
export const onboarding = {
  places: [{ href: "/", label: "Home", icon: House, group: "top", phone: 1 }],
} satisfies Feature;
