"use client";

import {
  type FocusEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";

const DELAY_MS = 350;
const GAP = 6;
const EDGE = 8;

/**
 * A short text beside its trigger, on hover and on focus; Escape closes it. Written here because it is on every page:
 * the library's positioning engine would be a sixth of the first load.
 */
export function Tooltip({
  text,
  children,
  side = "top",
}: {
  text: ReactNode;
  children: ReactElement;
  side?: "top" | "bottom";
}) {
  const [anchor, setAnchor] = useState<Element | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const show = (element: Element | null, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setAnchor(element), delay);
  };
  const hide = () => {
    clearTimeout(timer.current);
    setAnchor(null);
  };
  const onPointerOver = (event: PointerEvent<HTMLElement>) =>
    event.pointerType === "mouse" && show(event.currentTarget.firstElementChild, DELAY_MS);
  const onFocus = (event: FocusEvent<HTMLElement>) =>
    event.target.matches(":focus-visible") && show(event.currentTarget.firstElementChild, 0);
  return (
    // The handlers only listen to what happens to the trigger inside; the span itself has no box and no role.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <span
      className="contents"
      onPointerOver={onPointerOver}
      onPointerOut={hide}
      onPointerDown={hide}
      onFocus={onFocus}
      onBlur={hide}
      onKeyDown={(event) => event.key === "Escape" && hide()}
    >
      {children}
      {anchor && createPortal(<Bubble anchor={anchor} side={side} text={text} />, document.body)}
    </span>
  );
}

function Bubble({ anchor, side, text }: { anchor: Element; side: "top" | "bottom"; text: ReactNode }) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const bubble = box.current;
    if (!bubble) return;
    const around = anchor.getBoundingClientRect();
    const { width, height } = bubble.getBoundingClientRect();
    const above = around.top - height - GAP;
    const below = around.bottom + GAP;
    const fitsBelow = below + height < window.innerHeight;
    const top = side === "top" ? (above > EDGE ? above : below) : fitsBelow ? below : above;
    const left = Math.min(Math.max(EDGE, around.left + around.width / 2 - width / 2), window.innerWidth - width - EDGE);
    bubble.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    // A label that says the same needs no description.
    if (anchor.getAttribute("aria-label") === text) return;
    anchor.setAttribute("aria-describedby", id);
    return () => anchor.removeAttribute("aria-describedby");
  }, [anchor, side, text, id]);
  return (
    <div
      ref={box}
      id={id}
      role="tooltip"
      className="pointer-events-none fixed top-0 left-0 z-50 w-max max-w-72 rounded-md bg-ink px-2 py-1 text-xs text-canvas shadow-pop"
    >
      {text}
    </div>
  );
}
