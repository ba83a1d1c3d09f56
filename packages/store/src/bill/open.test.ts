import { manualClock } from "@payhub/testkit";
import { expect, test } from "vitest";
import { openBillStore } from "./open.ts";

const clock = manualClock();

test.each([
  "",
  "bills",
  "/var/bills",
  "https://hush.example.com",
  "s3:",
  "file:bills",
  "file:",
  "file:/",
  "file://host/b",
])("%j is no address of a bill store", async (url) => {
  await expect(openBillStore({ url, clock })).rejects.toThrow(/address starts with|absolute path|not the S3 address/);
});

test("S3 needs both keys", async () => {
  const url = "s3://bills?region=r";
  await expect(openBillStore({ url, clock })).rejects.toThrow("an access key and its secret");
  await expect(openBillStore({ url, clock, accessKeyId: "k" })).rejects.toThrow("an access key and its secret");
});
