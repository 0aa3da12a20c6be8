/** What a feature says of itself in its `feature.ts`. `app/features.ts` puts the features together; nobody else lists them. */
import type { QueryKey, UseQueryOptions } from "@tanstack/react-query";
import type { ComponentType } from "react";

import type { Permission } from "./permissions";

/** Where a place stands: the first four in the side bar, the others in the column of the settings. */
export type PlaceGroup =
  "top" | "build" | "knowledge" | "run" | "improve" | "personal" | "workspace" | "developers" | "system";

/** A line of the navigation. */
export interface Place {
  href: string;
  label: string;
  icon: ComponentType<{ className?: string }>;
  group: PlaceGroup;
  /** Shown only to those who have it. */
  permission?: Permission;
  /** Its place in the bar of phones, counted from the left. */
  phone?: number;
  /** What stands behind the label, such as how much waits. */
  badge?: ComponentType;
  /** A page that the server draws, outside the application. */
  external?: boolean;
}

/** Something that can be made from anywhere. */
export interface Creation {
  /** How `CreateLink` calls it. */
  what: string;
  label: string;
  href: string;
  permission: Permission;
  /** More words it can be found by. */
  words?: string;
}

/** A line of the command palette that leads to a thing. */
export interface FoundCommand {
  id: string;
  group: string;
  label: string;
  words?: string;
  hint?: string;
  href: string;
  permission?: Permission;
}

/** A question whose answer is a list of commands. */
export type CommandSource = () => UseQueryOptions<unknown, Error, readonly FoundCommand[]>;

export interface Feature {
  places?: readonly Place[];
  creations?: readonly Creation[];
  /** What the palette finds; loaded when it is opened. */
  commands?: () => Promise<CommandSource>;
  /** How a sentence calls what a permission is about: `executions:run` is "run agents". */
  permissionWords?: Readonly<Record<string, string>>;
  /** The title of each of its pages, by the route below `app/`. */
  titles?: Readonly<Record<string, string>>;
}

/** Commands from the answer to a question of the API. */
export function commandSource<T, K extends QueryKey>(
  query: () => UseQueryOptions<T, Error, T, K>,
  commands: (answer: T) => readonly FoundCommand[],
): CommandSource {
  // What a source asks is nobody else's business: the palette sees the commands only.
  return () => ({ ...query(), select: commands }) as unknown as ReturnType<CommandSource>;
}
