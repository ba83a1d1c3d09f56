import { button, call, countDown, el, every, keepAddress, phone, show, texts } from "./dom.js";
import { orderCard, showResult } from "./order.js";

const pollMs = 1000;

/** Shows the payer's own bar code and then what a merchant made of it; `home` leads back. */
export async function showWallet({ channel = "wechatpay", password = false, balance = "ok" }, home) {
  keepAddress({ show: "code", channel });
  const wallet = { channel, password, balance };
  const { view, result } = await call("payer-code", wallet);
  if (view) showCode(view, wallet, home);
  else showResult({ result, again: home });
}

function showCode(view, wallet, home) {
  const change = (changes) => showWallet({ ...wallet, ...changes }, home);
  const time = el("span", { class: "time", id: "time-left" });
  show({
    screen: "code",
    channel: view.channel,
    content: el(
      "section",
      { class: "card wallet" },
      el(
        "div",
        { class: "choice", role: "group", "aria-label": texts.channelLabel },
        ...["wechatpay", "alipay"].map((one) => choose(one, one === wallet.channel, () => change({ channel: one }))),
      ),
      el("img", { class: "bars", src: `/bar-code/${view.code}.svg`, alt: texts.codeImage }),
      el("p", { class: "digits", id: "digits" }, view.code.replace(/(\d{4})(?=\d)/g, "$1 ")),
      el("p", { class: "tip" }, texts.codeHint),
      el("p", { class: "label" }, `${texts.timeLeft} `, time),
      option("password", texts.askPassword, wallet.password, (on) => change({ password: on })),
      option("no-balance", texts.noBalance, wallet.balance !== "ok", (on) =>
        change({ balance: on ? "not_enough" : "ok" }),
      ),
    ),
    actions: [
      button("primary", texts.freshCodeButton, "fresh", () => change({})),
      button("secondary", texts.scanTitle, "scan", home),
      el("p", { class: "note" }, texts.noMoney),
    ],
  });
  const look = () => follow({ code: view.code, waiting: "waiting", wallet, home });
  countDown(time, view, look);
  every(pollMs, look);
}

function choose(channel, chosen, act) {
  return el("button", { type: "button", id: channel, "aria-pressed": String(chosen), onclick: act }, texts[channel]);
}

function option(id, label, on, act) {
  const box = el("input", { type: "checkbox", id, ...(on && { checked: "" }), onclick: () => act(box.checked) });
  return el("label", { class: "option" }, box, label);
}

/** The screen changes as soon as the code is no longer `waiting` for what this screen waits for. */
async function follow({ code, waiting, wallet, home }) {
  const screen = phone.firstElementChild;
  const { view } = await call("open", { code });
  if (!view || view.state === waiting) return;
  if (phone.firstElementChild !== screen || phone.querySelector("button[disabled]")) return;
  showState(view, wallet, home);
}

function showState(view, wallet, home) {
  const next = { again: () => showWallet(wallet, home), againLabel: texts.freshCodeButton };
  if (view.state === "password") return showPrompt(view, wallet, home);
  const results = { paid: "paid", closed: "closed", failed: "paymentFailed", expired: "codeExpired" };
  showResult({ result: results[view.state] ?? "failed", view, ...next });
}

function showPrompt(view, wallet, home) {
  const act = async (action) => {
    const answer = await call(action, { code: view.code });
    if (answer.view) showState(answer.view, wallet, home);
    else
      showResult({
        result: answer.result,
        view,
        again: () => showWallet(wallet, home),
        againLabel: texts.freshCodeButton,
      });
  };
  show({
    screen: "password",
    channel: view.channel,
    content: orderCard(view, [
      [texts.subject, el("dd", {}, view.subject)],
      [texts.passwordTitle, el("dd", { "aria-hidden": "true" }, "••••••")],
    ]),
    actions: [
      button("primary", texts.confirmButton, "confirm", () => act("confirm")),
      button("secondary", texts.declineButton, "refuse", () => act("refuse")),
      el("p", { class: "note" }, texts.noMoney),
    ],
  });
  every(pollMs, () => follow({ code: view.code, waiting: "password", wallet, home }));
}
