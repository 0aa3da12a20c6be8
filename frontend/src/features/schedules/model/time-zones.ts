/** The zones that the browser knows, by their IANA names, and the reader's own. */

/** The zone of this browser. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** All names, the reader's own and UTC first. */
export function timeZones(): string[] {
  return [...new Set([ownTimeZone(), "UTC", ...Intl.supportedValuesOf("timeZone")])];
}
