/** How large nodes are on the canvas, in its own units. */
import type { Node } from "./draft";

export const NODE = { width: 172, height: 56 };
const LOOP = { width: 260, height: 130 };
/** Space inside a loop: its title above, its border around. */
export const INSIDE = { left: 20, top: 44, right: 20, bottom: 20 };

export interface Size {
  width: number;
  height: number;
}

/** The size of every node by id; a loop is as large as what is within it needs. */
export function sizesOf(nodes: readonly Node[]): ReadonlyMap<string, Size> {
  const inner = new Map<string, Node[]>();
  for (const node of nodes) if (node.parent !== null) inner.set(node.parent, [...(inner.get(node.parent) ?? []), node]);
  const sizes = new Map<string, Size>();
  const measure = (node: Node, trail: ReadonlySet<string>): Size => {
    const known = sizes.get(node.id);
    if (known) return known;
    let size: Size = NODE;
    if (node.type === "loop") {
      size = LOOP;
      for (const child of trail.has(node.id) ? [] : (inner.get(node.id) ?? [])) {
        const own = measure(child, new Set([...trail, node.id]));
        size = {
          width: Math.max(size.width, (child.position?.x ?? 0) + own.width + INSIDE.right),
          height: Math.max(size.height, (child.position?.y ?? 0) + own.height + INSIDE.bottom),
        };
      }
    }
    sizes.set(node.id, size);
    return size;
  };
  for (const node of nodes) measure(node, new Set());
  return sizes;
}
