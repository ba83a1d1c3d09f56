import type { PhoneLanguage } from "../../phone/texts.ts";
import { cashierTexts } from "./texts.ts";

/** The cashier's HTML; its words travel as JSON for the script that draws the steps. */
export function renderCashierPage(language: PhoneLanguage): string {
  const texts = cashierTexts[language];
  const json = JSON.stringify(texts).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light">
<title>${texts.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/cashier.css">
<script type="application/json" id="texts">${json}</script>
<script type="module" src="/cashier.js"></script>
</head>
<body>
<header class="bar"><div><h1>${texts.title}</h1><span class="tag">${texts.simulator}</span></div></header>
<main id="cashier" aria-live="polite"><noscript>${texts.noScript}</noscript></main>
</body>
</html>
`;
}
