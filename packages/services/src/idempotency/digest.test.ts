import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differingFields, digestRequest } from "./digest.ts";

describe("digestRequest", () => {
  it("does not see the order of fields, at any depth", () => {
    expect(digestRequest("op", { a: { x: 1, y: [1, 2] }, b: 2 })).toEqual(
      digestRequest("op", { b: 2, a: { y: [1, 2], x: 1 } }),
    );
  });

  it("does not see fields without a value", () => {
    expect(digestRequest("op", { a: 1, b: undefined })).toEqual(digestRequest("op", { a: 1 }));
  });

  it("sees the order of a list, the type of a value and the operation", () => {
    const digest = digestRequest("op", { list: [1, 2], value: 1 });
    expect(differingFields(digest, digestRequest("op", { list: [2, 1], value: 1 }))).toEqual(["list"]);
    expect(differingFields(digest, digestRequest("op", { list: [1, 2], value: "1" }))).toEqual(["value"]);
    expect(differingFields(digest, digestRequest("other", { list: [1, 2], value: 1 }))).toEqual(["operation"]);
  });

  it("names exactly the fields that differ, sorted", () => {
    const values = fc.dictionary(fc.constantFrom("subject", "amount", "orderNo", "scene"), fc.integer());
    fc.assert(
      fc.property(values, values, (a, b) => {
        const wanted = [...new Set([...Object.keys(a), ...Object.keys(b)])]
          .filter((name) => a[name] !== b[name])
          .sort();
        expect(differingFields(digestRequest("op", a), digestRequest("op", b))).toEqual(wanted);
      }),
    );
  });

  it("holds no value", () => {
    const digest = digestRequest("op", { secret: "the-secret-value", amount: 1288 });
    expect(JSON.stringify(digest)).not.toMatch(/the-secret-value|1288/);
  });
});
