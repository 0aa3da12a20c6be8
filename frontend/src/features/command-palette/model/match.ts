/** Finding commands by what was typed. */

export interface Command {
  id: string;
  group: string;
  label: string;
  /** More words it can be found by. */
  words?: string;
  hint?: string;
  run: () => void;
}

/** The commands that contain every typed word, those whose label starts with the first one first. */
export function matchCommands(commands: readonly Command[], typed: string, most = 40): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const first = words[0];
  if (first === undefined) return commands.slice(0, most);
  const found = commands.filter(({ label, words: more = "", group }) => {
    const text = `${label} ${more} ${group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const rank = ({ label }: Command) => (label.toLowerCase().startsWith(first) ? 0 : 1);
  return found
    .map((command, place) => ({ command, place }))
    .sort((left, right) => rank(left.command) - rank(right.command) || left.place - right.place)
    .map(({ command }) => command)
    .slice(0, most);
}
