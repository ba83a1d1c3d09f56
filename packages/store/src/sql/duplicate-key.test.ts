import { expect, test } from "vitest";
import { UNIQUE_INDEXES } from "./duplicate-key.ts";
import { schemas } from "./schemas/index.ts";

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test("every unique index of the schemas is known by its name and columns", () => {
  const declared = schemas.flatMap(({ meta }) =>
    meta.uniques.map(({ name, properties }) => [
      name,
      [properties ?? []]
        .flat()
        .map((property) => `${meta.tableName}.${snakeCase(String(property))}`)
        .join(", "),
    ]),
  );
  expect(Object.fromEntries(declared)).toEqual(UNIQUE_INDEXES);
});
