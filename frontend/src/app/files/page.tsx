import type { Metadata } from "next";

import { FileList } from "@/features/files/components/file-list";
import { files } from "@/features/files/feature";

export const metadata: Metadata = { title: files.titles["/files"] };

/** `/files` */
export default function Page() {
  return <FileList />;
}
