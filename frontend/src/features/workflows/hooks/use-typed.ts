"use client";

import { useState } from "react";

/** What a text stands for, or why it stands for nothing. */
export type Read<T> = { value: T } | { error: string };

export interface Typed {
  text: string;
  error: string | undefined;
  onType: (text: string) => void;
}

/**
 * A value that is typed as text. While the text stands for nothing the value stays as it was; a value that comes from
 * elsewhere (a step back) replaces the text.
 */
export function useTyped<T>(
  value: T,
  write: (value: T) => string,
  read: (text: string) => Read<T>,
  onChange: (value: T) => void,
): Typed {
  const [typed, setTyped] = useState<{ text: string; stands: string; error: string | undefined } | null>(null);
  const current = typed?.stands === JSON.stringify(value) ? typed : null;
  return {
    text: current?.text ?? write(value),
    error: current?.error,
    onType: (text) => {
      const result = read(text);
      if ("error" in result) {
        setTyped({ text, stands: JSON.stringify(value), error: result.error });
        return;
      }
      setTyped({ text, stands: JSON.stringify(result.value), error: undefined });
      onChange(result.value);
    },
  };
}

/** JSON as text; no text is null. */
export function readJson(text: string): Read<unknown> {
  if (text.trim() === "") return { value: null };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { error: "Not valid JSON yet" };
  }
}

/** The text of a JSON value; nothing for null. */
export function writeJson(value: unknown): string {
  return value === null || value === undefined ? "" : JSON.stringify(value, null, 2);
}

/** A number as text; no text is null. */
export function readNumber(text: string): Read<number | null> {
  if (text.trim() === "") return { value: null };
  const value = Number(text);
  return Number.isFinite(value) ? { value } : { error: "Not a number" };
}

/** The text of a number; nothing for null. */
export function writeNumber(value: number | null): string {
  return value === null ? "" : String(value);
}
