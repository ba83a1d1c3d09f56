import type { AlipayAnswer } from "../errors.ts";

/** What a browser sees of a refusal: ASCII with references, so that it is right in GBK as well. */
export function renderErrorPage({ sub_code, sub_msg }: AlipayAnswer, heading: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head><meta name="viewport" content="width=device-width, initial-scale=1"><title>${asAscii("支付宝")}</title></head>
<body>
<main style="max-width: 520px; margin: 15vh auto; padding: 0 24px; font-family: sans-serif; text-align: center">
<h1 style="font-size: 20px">${asAscii(heading)}</h1>
<p style="overflow-wrap: anywhere">${asAscii(sub_msg ?? "")}</p>
<p id="error-code" style="color: #666">${asAscii(sub_code ?? "")}</p>
</main>
</body>
</html>
`;
}

function asAscii(text: string): string {
  return [...text].map((char) => (/[\w .,:-]/.test(char) ? char : `&#${char.codePointAt(0)};`)).join("");
}
