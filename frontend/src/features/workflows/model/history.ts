/** What was, what is, and what was taken back. Pure. */

export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What the last change was about: further changes of the same become one step. */
  about: string | null;
}

const MOST = 100;

/** A history that begins here. */
export function beginning<T>(present: T): History<T> {
  return { past: [], present, future: [], about: null };
}

/** The history with a change; one that is about the same as the last is a part of it (letters of one field). */
export function changed<T>(history: History<T>, present: T, about: string | null = null): History<T> {
  if (present === history.present) return history;
  const joins = about !== null && about === history.about && history.past.length > 0;
  const past = joins ? history.past : [...history.past.slice(-MOST + 1), history.present];
  return { past, present, future: [], about };
}

/** The history one step back; the same when there is none. */
export function undone<T>({ past, present, future, ...rest }: History<T>): History<T> {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future, ...rest };
  return { past: past.slice(0, -1), present: before, future: [present, ...future], about: null };
}

/** The history one step forward again. */
export function redone<T>({ past, present, future, ...rest }: History<T>): History<T> {
  const [next, ...later] = future;
  if (next === undefined) return { past, present, future, ...rest };
  return { past: [...past, present], present: next, future: later, about: null };
}
