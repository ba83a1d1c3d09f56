import { describe, expect, test } from "vitest";
import { duplicateKeyOf } from "./json-keys.ts";

describe("duplicateKeyOf", () => {
  test.each([
    ["a key twice", '{"amount":1,"amount":100}', "amount"],
    ["a key twice with one value", '{"amount":1,"amount":1}', "amount"],
    ["a key written in two ways", '{"amount":1,"\\u0061mount":2}', "amount"],
    ["deep inside", '{"a":[{"b":{"c":1}},{"b":{"c":1,"d":{},"c":[]}}]}', "c"],
    ["after a nested object", '{"a":{"b":1},"c":[1,{"d":2}],"a":3}', "a"],
    ["a key with a quote", '{"a\\"":1,"a\\"":2}', 'a"'],
    ["the empty key", '{"":1,"":2}', ""],
    ["__proto__", '{"__proto__":1,"__proto__":2}', "__proto__"],
    ["the same key in two objects", '{"a":{"a":1},"b":[{"a":1},{"a":2}]}', null],
    ["a value that looks like a key", '{"a":"a","b":["a","a","b"]}', null],
    ["marks inside strings", '{"a":"{\\"a\\":1,","b":"}],[{"}', null],
    ["white space", '{ "a" : 1 ,\n "b" : { } }', null],
    ["no object", '["a","a"]', null],
    ["a bare string", '"a"', null],
  ])("%s", (_case, json, expected) => {
    expect(() => JSON.parse(json)).not.toThrow();
    expect(duplicateKeyOf(json)).toBe(expected);
  });
});
