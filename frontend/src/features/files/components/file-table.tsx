"use client";

import { Ago } from "@/components/ui/ago";
import type { FileOut } from "@/lib/api";
import { fileSize } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { useContent } from "../hooks/use-content";
import { FileMenu } from "./file-menu";

/** Files as a table; the name downloads. Narrow screens keep name, size and actions. */
export function FileTable({ files }: { files: readonly FileOut[] }) {
  const now = useNow(30_000);
  const { save } = useContent();
  return (
    <table className="w-full table-fixed border-collapse">
      <thead className="text-2xs text-ink-3">
        <tr className="border-b">
          <th scope="col" className="px-4 py-1.5 text-left font-medium md:px-5">
            File
          </th>
          <th scope="col" className="w-56 px-2 text-left font-medium max-md:hidden">
            Type
          </th>
          <th scope="col" className="w-24 px-2 text-right font-medium">
            Size
          </th>
          <th scope="col" className="w-32 px-2 text-left font-medium max-sm:hidden">
            Uploaded
          </th>
          <th scope="col" className="w-14 px-2 pr-4 text-right font-medium md:pr-5">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <tr key={file.id} className="border-b hover:bg-hover">
            <td className="min-w-0 px-4 py-1.5 md:px-5">
              <button
                type="button"
                className="block max-w-full truncate font-medium hover:underline"
                title={`Download ${file.name}`}
                onClick={() => save(file)}
              >
                {file.name}
              </button>
            </td>
            <td className="truncate px-2 text-xs text-ink-2 max-md:hidden" title={file.content_type}>
              {file.content_type}
            </td>
            <td className="nums px-2 text-right text-xs text-ink-2">{fileSize(file.size)}</td>
            <td className="nums px-2 text-xs text-ink-2 max-sm:hidden">
              <Ago at={file.created_at} now={now} />
            </td>
            <td className="px-2 pr-4 text-right md:pr-5">
              <FileMenu file={file} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
