const REDACTED = "[redacted]";

// `"name":"value"` and `"name":{…}` as JSON writes them; names of headers, credentials and configuration that hold secrets.
const SECRET_FIELDS =
  /("(?:[A-Za-z0-9_-]*(?:secret|password|passwd|private_?key|api_?v3_?key|secret_?access_?key|master_?keys?|credentials?)|authorization|cookie|set-cookie|payhub-signature|sealed)":)(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^{}]*\})/gi;

/** What secrets look like, wherever they stand. */
const SECRET_SHAPES: readonly [RegExp, string][] = [
  [/sk_[A-Za-z0-9_-]{20,}/g, REDACTED],
  [/v1=[A-Za-z0-9+/]{43}=/g, `v1=${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="|$))/gs, REDACTED],
  // A key in one line of base64, as Alipay hands it out: PKCS#8 and PKCS#1 in DER begin with these.
  [/MII[A-Za-z0-9+/\\n=]{300,}/g, REDACTED],
  [/([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"]{0,100}:)[^\s@"]{1,200}@/gi, `$1${REDACTED}@`],
  [/WECHATPAY2-SHA256-RSA2048 [^"\\]*(?:\\"[^"\\]*)*/g, `WECHATPAY2-SHA256-RSA2048 ${REDACTED}`],
];

/** Takes the secrets out of one line of text. */
export function redactLine(line: string): string {
  let clean = line.replace(SECRET_FIELDS, `$1"${REDACTED}"`);
  for (const [shape, replacement] of SECRET_SHAPES) clean = clean.replace(shape, replacement);
  return clean;
}
