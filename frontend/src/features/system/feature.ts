import { BookOpen, HeartPulse, Info, Keyboard, SunMoon } from "lucide-react";

import type { Feature } from "@/lib/feature";

/** The installation and how it looks. */
export const system = {
  places: [
    { href: "/settings/appearance", label: "Appearance", icon: SunMoon, group: "personal" },
    { href: "/settings/shortcuts", label: "Shortcuts", icon: Keyboard, group: "personal" },
    { href: "/docs", label: "API reference", icon: BookOpen, group: "developers", external: true },
    { href: "/settings/health", label: "Health", icon: HeartPulse, group: "system" },
    { href: "/settings/about", label: "About", icon: Info, group: "system" },
  ],
  titles: {
    "/settings/appearance": "Appearance",
    "/settings/shortcuts": "Shortcuts",
    "/settings/health": "Health",
    "/settings/about": "About",
  },
} satisfies Feature;
