import { type KeyObject, X509Certificate } from "node:crypto";
import { z } from "zod";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { send } from "./send.ts";
import { openResource } from "./sign.ts";
import { whyNotGenuine } from "./verify.ts";

const MAX_CERTIFICATES = 16;

const answerSchema = z.object({
  data: z
    .array(
      z.object({
        serial_no: z.string(),
        encrypt_certificate: z.object({
          algorithm: z.literal("AEAD_AES_256_GCM"),
          nonce: z.string(),
          associated_data: z.string(),
          ciphertext: z.string(),
        }),
      }),
    )
    .min(1)
    .max(MAX_CERTIFICATES),
});

/**
 * Fetches the platform certificates (https://pay.weixin.qq.com/doc/v3/merchant/4012551764). The first answer cannot be
 * verified beforehand: the APIv3 key authenticates each certificate, then one of them must have signed the answer.
 */
export async function fetchCertificates(
  line: Line,
  known: ReadonlyMap<string, KeyObject>,
): Promise<ReadonlyMap<string, KeyObject> | undefined> {
  const until = performance.now() + line.runtime.deadlineMs;
  const answer = await send(line, { method: "GET", path: "/v3/certificates", body: "" }, until);
  if (answer.kind !== "answered" || answer.status !== 200) return undefined;
  const listed = parseJson(answerSchema, answer.body);
  if (!listed) return undefined;

  const now = line.runtime.clock.now();
  const keys = new Map<string, KeyObject>();
  for (const { serial_no: serial, encrypt_certificate: sealed } of listed.data) {
    for (const apiV3Key of line.apiV3Keys) {
      const pem = openResource(sealed, apiV3Key);
      const key = pem && keyOfCertificate(pem, { serial, now });
      if (key) keys.set(serial, key);
    }
  }
  const keyOf = (serial: string) => keys.get(serial) ?? known.get(serial);
  const doubt = await whyNotGenuine(answer, { now, keyOf });
  return doubt === undefined && keys.size > 0 ? keys : undefined;
}

function keyOfCertificate(pem: Buffer, { serial, now }: { serial: string; now: number }): KeyObject | undefined {
  try {
    const certificate = new X509Certificate(pem);
    const live = certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime();
    return live && certificate.serialNumber === serial ? certificate.publicKey : undefined;
  } catch {
    return undefined;
  }
}
