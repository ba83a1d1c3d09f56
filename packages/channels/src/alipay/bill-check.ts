import { BillUnreadable } from "../channel.ts";
import { type ArchiveLimits, openArchive } from "./bill-archive.ts";
import { BillSheet, type ExpectedBill } from "./bill-sheet.ts";

/**
 * What is wrong with a fetched bill, or nothing: every file of its archive is read to its end and is the expected seller's bill of
 * the expected day.
 */
export async function problemOfBill(
  path: string,
  { businessDay, limits, ...expected }: ExpectedBill & { businessDay: string; limits?: ArchiveLimits },
): Promise<string | undefined> {
  try {
    const archive = await openArchive(path, limits);
    try {
      for (const file of archive.files) {
        for await (const _ of file.read());
        const sheet = await BillSheet.open(file, expected);
        await sheet.close();
        const day = sheet.businessDay ?? businessDay;
        if (day !== businessDay) throw new BillUnreadable(`${file.name}: the bill of ${day}`);
      }
    } finally {
      archive.close();
    }
    return undefined;
  } catch (error) {
    if (error instanceof BillUnreadable) return error.message;
    throw error;
  }
}
