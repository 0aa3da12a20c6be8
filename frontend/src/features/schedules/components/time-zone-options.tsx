import { memo } from "react";

import { timeZones } from "../model/time-zones";

/** The names that the field of the time zone offers. Four hundred: drawn once, not at each key. */
export const TimeZoneOptions = memo(function TimeZoneOptions({ id }: { id: string }) {
  return (
    <datalist id={id}>
      {timeZones().map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
});
