import type { Metadata } from "next";

import { AuditLog } from "@/features/audit-log/components/audit-log";

export const metadata: Metadata = { title: "Audit log" };

/** `/audit-log` */
export default function Page() {
  return <AuditLog />;
}
