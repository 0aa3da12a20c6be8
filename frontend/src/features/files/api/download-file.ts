import { readFile } from "@/lib/api";

/** A file's bytes as an address within this page: the request carries who asks, which a plain link would not. */
export async function contentUrl(id: string): Promise<string> {
  const { data } = await readFile({ path: { file_id: id }, parseAs: "blob", throwOnError: true });
  return URL.createObjectURL(data as Blob);
}
