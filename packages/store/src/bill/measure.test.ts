import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { createMeasure } from "./measure.ts";

test("takes what has the greatest size and refuses one byte more", async () => {
  const pass = (text: string) => Readable.from(createMeasure(4).through(Readable.from([Buffer.from(text)]))).toArray();
  expect(await pass("1234")).toEqual([Buffer.from("1234")]);
  await expect(pass("12345")).rejects.toMatchObject({ name: "BillStoreError", reason: "too_large" });
});
