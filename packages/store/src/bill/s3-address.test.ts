import { expect, test } from "vitest";
import { parseS3Address } from "./s3-address.ts";

const parse = (text: string) => parseS3Address(new URL(text));

test("reads bucket, prefix, region and endpoint", () => {
  expect(parse("s3://bills/payhub/prod/?region=cn-north-1&endpoint=https://s3.example.com:9000")).toEqual({
    bucket: "bills",
    prefix: "payhub/prod/",
    region: "cn-north-1",
    endpoint: "https://s3.example.com:9000",
    pathStyle: true,
  });
  const amazon = { bucket: "bills", prefix: "", region: "us-east-1", endpoint: null, pathStyle: false };
  expect(parse("s3://bills?region=us-east-1")).toEqual(amazon);
  expect(parse("s3://bills/?region=r&endpoint=http://h&pathStyle=false").pathStyle).toBe(false);
});

test.each([
  ["s3://key:hush@bills?region=r", "keys"],
  ["s3://?region=r", "bucket"],
  ["s3://Bills_1?region=r", "bucket"],
  ["s3://bills:9000?region=r", "port"],
  ["s3://bills?region=r#hush", "fragment"],
  ["s3://bills/a%20b?region=r", "prefix"],
  ["s3://bills", "region"],
  ["s3://bills?region=r&secret=hush", "parameter"],
  ["s3://bills?region=r&region=q", "twice"],
  ["s3://bills?region=r&pathStyle=yes", "pathStyle"],
  ["s3://bills?region=r&endpoint=hush", "endpoint"],
  ["s3://bills?region=r&endpoint=ftp://h", "endpoint"],
  ["s3://bills?region=r&endpoint=https://key:hush@h", "keys"],
  ["s3://bills?region=r&endpoint=https://h/hush", "endpoint"],
])("%s is refused, and nothing of it repeated", (text, problem) => {
  expect(() => parse(text)).toThrow(problem);
  expect(() => parse(text)).not.toThrow("hush");
});
