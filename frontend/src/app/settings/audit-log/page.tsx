import type { Metadata } from "next";

import { AuditLog } from "@/features/audit-log/components/audit-log";
import { auditLog } from "@/features/audit-log/feature";

export const metadata: Metadata = { title: auditLog.titles["/settings/audit-log"] };

/** `/settings/audit-log` */
export default function Page() {
  return <AuditLog />;
}
