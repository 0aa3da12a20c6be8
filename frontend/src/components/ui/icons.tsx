/** Our own signs for the product's own things; everything else is from lucide. All draw with the current colour. */
interface IconProps {
  className?: string;
}

const common = {
  viewBox: "0 0 16 16",
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.4,
  strokeLinecap: "round",
  strokeLinejoin: "round",
  "aria-hidden": true,
} as const;

/** An agent: somebody in a loop. */
export function AgentIcon({ className }: IconProps) {
  return (
    <svg {...common} className={className}>
      <path d="M13.6 8A5.6 5.6 0 1 1 11 3.3" />
      <path d="M11.3 1.2v2.4H8.9" />
      <circle cx="8" cy="8" r="1.9" fill="currentColor" stroke="none" />
    </svg>
  );
}

/** An execution: steps one after the other. */
export function TraceIcon({ className }: IconProps) {
  return (
    <svg {...common} className={className}>
      <path d="M2 3.5h6M5 8h6M8.5 12.5H14" strokeWidth={1.9} />
    </svg>
  );
}

/** A node of the graph. */
export function NodeIcon({ className }: IconProps) {
  return (
    <svg {...common} className={className}>
      <rect x="2.5" y="5" width="11" height="6" rx="3" />
    </svg>
  );
}

/** A call of a language model. */
export function ModelIcon({ className }: IconProps) {
  return (
    <svg {...common} className={className}>
      <path d="M8 1.8 9.5 6.5 14.2 8 9.5 9.5 8 14.2 6.5 9.5 1.8 8 6.5 6.5Z" />
    </svg>
  );
}

/** A chat: a question and its answer. */
export function ChatIcon({ className }: IconProps) {
  return (
    <svg {...common} className={className}>
      <path d="M2 3.2h8.5v5.3H5.2L2 10.8Z" />
      <path d="M6.8 11h4l3.2 2.3V6" />
    </svg>
  );
}
