import { type PhoneLanguage, phoneTexts } from "./texts.ts";

/** The page's HTML; its words travel as JSON for the script that draws the screens. */
export function renderPhonePage(language: PhoneLanguage): string {
  const texts = phoneTexts[language];
  const json = JSON.stringify(texts).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light">
<title>${texts.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/phone.css">
<script type="application/json" id="texts">${json}</script>
<script type="module" src="/phone.js"></script>
</head>
<body>
<main class="phone" id="phone" aria-live="polite"><noscript>${texts.noScript}</noscript></main>
</body>
</html>
`;
}
