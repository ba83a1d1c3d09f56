import { PayhubError } from "@payhub/domain";
import { z } from "zod";

/** The scenes of which Paper Pay has a product. */
export const PAPERPAY_SCENES = ["qr", "barcode"] as const;

const credentialsSchema = z.strictObject({
  shopNo: z.string().regex(/^\d{6}$/, "must be the shop's number, 6 digits"),
  key: z.string().regex(/^[0-9a-f]{64}$/, "must be the shop's key, 64 hex digits"),
  endpoint: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .default("https://api.paperpay.example"),
  /** The scenes that the shop has opened; all of them when absent. */
  products: z.array(z.enum(PAPERPAY_SCENES, "must be scenes of Paper Pay")).min(1).optional(),
});

/** One shop at Paper Pay. */
export type PaperpayCredentials = z.infer<typeof credentialsSchema>;

/** Checks a shop's credentials; throws `INVALID_INPUT` naming each wrong field, never a value. */
export function readCredentials(input: unknown): PaperpayCredentials {
  const read = credentialsSchema.safeParse(input);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => {
    const names = issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".") || "credentials"];
    const problem =
      issue.code === "invalid_format" || issue.code === "invalid_value" ? issue.message : "cannot be used";
    return { field: names.join(", "), problem };
  });
  const list = fields.map(({ field, problem }) => `${field} ${problem}`).join("; ");
  throw new PayhubError("INVALID_INPUT", `Paper Pay credentials cannot be used: ${list}`, { details: { fields } });
}
