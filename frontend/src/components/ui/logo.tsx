/** The mark: a D whose stem is three steps of a trace. */
export function LogoMark({ className = "size-6" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" fill="#0d3b40" />
      <path d="M8 9h7.5a7 7 0 0 1 0 14H8" fill="none" stroke="#39b8b5" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M8 16h8" stroke="#f0b45a" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="22.4" cy="16" r="3.1" fill="#eafaf8" />
    </svg>
  );
}
