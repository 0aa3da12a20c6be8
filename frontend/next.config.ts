import type { NextConfig } from "next";

/** Where `npm run dev` sends API calls; the export itself talks to its own origin. */
const api = process.env.DYNAGENT_API ?? "http://127.0.0.1:8000";
const development = process.env.NODE_ENV === "development";

const config: NextConfig = {
  // A static export: the API process serves it, there is no Node at run time. Rewrites exist in development only.
  ...(development
    ? {
        rewrites: () =>
          Promise.resolve({
            beforeFiles: [],
            // The dynamic pages are exported once, under `_`; production does the same rewrite in ASGI (README).
            afterFiles: [
              { source: "/agents/:id((?!new|_)[^/.]+)", destination: "/agents/_" },
              { source: "/runs/:id((?!_)[^/.]+)", destination: "/runs/_" },
              { source: "/schedules/:id((?!new|_)[^/.]+)", destination: "/schedules/_" },
            ],
            fallback: [
              { source: "/api/:path*", destination: `${api}/api/:path*` },
              { source: "/:path(health|ready|metrics|openapi.json|docs)", destination: `${api}/:path` },
            ],
          }),
      }
    : { output: "export" as const, trailingSlash: true }),
  // In development `/api/…` is passed on as it is asked. The export must not have this: its router would ask for
  // `/agents/<id>.txt`, which is nowhere, instead of the page's folder, and would load the whole page anew.
  ...(development ? { skipTrailingSlashRedirect: true } : {}),
  // gzip would hold back the event stream in development.
  compress: false,
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
};

export default config;
