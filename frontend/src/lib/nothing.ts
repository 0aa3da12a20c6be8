/** What stands in for a part of the page that could not be loaded: the page goes on without it. */
export function nothing() {
  return () => null;
}
