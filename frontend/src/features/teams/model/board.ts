/** Where members stand in a picture: a column for each wave, lines from each to those that wait for it. Pure. */
import type { Member } from "./members";
import { wavesOf } from "./members";

export const NODE = { width: 176, height: 58 };
const GAP = { x: 56, y: 14 };

export interface Placed<M> {
  member: M;
  x: number;
  y: number;
  wave: number;
}

export interface Board<M> {
  places: Placed<M>[];
  lines: { key: string; from: string; to: string; path: string }[];
  waves: number;
  width: number;
  height: number;
}

/** Lay out members by their waves; those in a circle stand in a last column. */
export function boardOf<M extends Member>(members: readonly M[]): Board<M> {
  const { waves, stuck } = wavesOf(members);
  const columns = stuck.length > 0 ? [...waves, stuck] : waves;
  const tallest = Math.max(0, ...columns.map(({ length }) => length));
  const height = Math.max(0, tallest * (NODE.height + GAP.y) - GAP.y);
  const places = columns.flatMap((column, wave) => {
    const own = column.length * (NODE.height + GAP.y) - GAP.y;
    return column.map((member, row) => ({
      member,
      wave,
      x: wave * (NODE.width + GAP.x),
      y: (height - own) / 2 + row * (NODE.height + GAP.y),
    }));
  });
  const at = new Map(places.map((place) => [place.member.name, place]));
  const lines = places.flatMap((to) =>
    to.member.dependencies.flatMap((name) => {
      const from = at.get(name);
      return from ? [{ key: `${name}\n${to.member.name}`, from: name, to: to.member.name, path: line(from, to) }] : [];
    }),
  );
  const width = Math.max(0, columns.length * (NODE.width + GAP.x) - GAP.x);
  return { places, lines, waves: columns.length, width, height };
}

function line(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x - 4, to.y + NODE.height / 2];
  const bend = Math.max(24, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
