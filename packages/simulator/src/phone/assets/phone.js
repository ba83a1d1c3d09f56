import { button, call, el, keepAddress, show, texts } from "./dom.js";
import { showOrder } from "./order.js";
import { showWallet } from "./wallet.js";

function showScan() {
  keepAddress({});
  const field = el("textarea", {
    id: "code",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: "4096",
    placeholder: texts.codePlaceholder,
  });
  const open = async () => {
    const text = field.value.trim();
    if (text) await openText(text);
    else field.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    open();
  });
  show({
    screen: "scan",
    content: el(
      "section",
      { class: "card scan" },
      el("h2", {}, texts.scanTitle),
      el("p", { class: "hint" }, texts.scanHint),
      el("label", { for: "code" }, texts.codeLabel),
      field,
    ),
    actions: [
      button("primary", texts.openButton, "open", open),
      button("secondary", texts.showCodeButton, "show-code", () => showWallet({}, showScan)),
      el("p", { class: "note" }, texts.noMoney),
    ],
  });
  field.focus();
}

/** Takes whatever a merchant hands to a payer: client parameters, an order string, a link or a code. */
async function openText(text) {
  if (text.startsWith("{")) return showOrder(await invoke(readParams(text)), showScan);
  if (text.includes("method=alipay.trade.app.pay")) return showOrder(await invoke(text), showScan);
  keepAddress({ code: text });
  const isLink = /^https?:/.test(text) && !text.startsWith("https://qr.alipay.com/");
  const first = isLink ? await call("visit", { code: text }) : {};
  if (first.result) return showOrder(first, showScan);
  showOrder(await call("open", { code: first.view?.code ?? text }), showScan);
}

async function invoke(params) {
  const { view, result } = await call("invoke", { params });
  return view ? await call("open", { code: view.code }) : { result: result === "unknown" ? "invalid" : result };
}

function readParams(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const query = new URLSearchParams(location.search);
const code = query.get("code")?.trim();
if (code) openText(code);
else if (query.get("show") === "code") showWallet({ channel: query.get("channel") ?? undefined }, showScan);
else showScan();
