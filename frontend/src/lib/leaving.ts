/** Whether a page may be left by what is no link: it is asked here, because only a link can be seen by the page. */

let guard: ((href: string) => void) | null = null;

/** Ask this before pages are changed; call what is returned when there is nothing to lose any more. */
export function guardLeaving(ask: (href: string) => void): () => void {
  guard = ask;
  return () => {
    if (guard === ask) guard = null;
  };
}

/** Go there, or let the page ask first. */
export function leaveTo(href: string, go: (href: string) => void): void {
  if (guard) guard(href);
  else go(href);
}
