import { PayhubError } from "@payhub/domain";
import { expect, test } from "vitest";
import type { Bench } from "./bench.ts";

export function describeCredentials<C>(bench: Bench<C>): void {
  const { plugin } = bench.contract;

  function refusal(input: unknown): PayhubError {
    try {
      plugin.readCredentials(input);
    } catch (error) {
      if (!(error instanceof PayhubError)) throw error;
      bench.told.push({ message: error.message, details: error.details });
      return error;
    }
    throw new Error("the credentials were taken");
  }

  test("each field is named when it is wrong, never its value", () => {
    const { credentials } = bench.harness;
    for (const field of Object.keys(credentials)) {
      const error = refusal({ ...credentials, [field]: "canary value" });
      expect(error).toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining(field) });
      expect(JSON.stringify([error.message, error.details])).not.toContain("canary");
    }
    expect(refusal({ ...credentials, privatKey: "x" }).message).toContain("privatKey");
    for (const input of [null, undefined, 1, "text", [], {}]) expect(refusal(input).code).toBe("INVALID_INPUT");
  });

  test("what was read can be read again", () => {
    const read = plugin.readCredentials(bench.harness.credentials);
    expect(plugin.readCredentials(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });
}
