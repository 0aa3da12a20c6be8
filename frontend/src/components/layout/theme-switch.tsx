"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";

import { Segmented } from "@/components/ui/segmented";
import { useMounted } from "@/lib/use-mounted";

type Theme = "light" | "dark" | "system";

const options = [
  { value: "light", label: <Sun />, title: "Light" },
  { value: "dark", label: <Moon />, title: "Dark" },
  { value: "system", label: <Monitor />, title: "System" },
] as const;

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const { theme, setTheme } = useTheme();
  // The server's HTML cannot know the choice: the switch is neutral until the browser took over.
  const mounted = useMounted();
  const value = mounted && (theme === "light" || theme === "dark") ? theme : "system";
  return <Segmented<Theme> label="Theme" value={value} options={options} onChange={setTheme} />;
}
