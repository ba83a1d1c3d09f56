import { amountOf, button, call, countDown, el, every, icon, phone, show, texts } from "./dom.js";

const pollMs = 3000;

const results = {
  paid: { icon: "check", tone: "good", title: texts.paidTitle, hint: texts.paidHint },
  refused: { icon: "stop", tone: "calm", title: texts.refusedTitle, hint: texts.refusedHint },
  expired: { icon: "clock", tone: "wait", title: texts.expiredTitle, hint: texts.expiredHint },
  closed: { icon: "stop", tone: "calm", title: texts.closedTitle, hint: texts.closedHint },
  alreadyPaid: { icon: "check", tone: "good", title: texts.alreadyPaidTitle, hint: texts.alreadyPaidHint },
  unknown: { icon: "question", tone: "bad", title: texts.unknownTitle, hint: texts.unknownHint },
  invalid: { icon: "cross", tone: "bad", title: texts.invalidTitle, hint: texts.invalidHint },
  paymentFailed: { icon: "cross", tone: "bad", title: texts.paymentFailedTitle, hint: texts.paymentFailedHint },
  codeExpired: { icon: "clock", tone: "wait", title: texts.codeExpiredTitle, hint: texts.codeExpiredHint },
  failed: { icon: "cross", tone: "bad", title: texts.failedTitle, hint: texts.failedHint },
};

const resultOfState = { paid: "alreadyPaid", closed: "closed", expired: "expired", failed: "paymentFailed" };

/** Who asks for how much, as a card; `rows` are pairs of a label and a node or text. */
export function orderCard(view, rows) {
  return el(
    "section",
    { class: "card" },
    el("div", { class: "avatar", "aria-hidden": "true" }, [...view.merchantName][0] ?? "·"),
    el("p", { class: "label" }, texts.payTo),
    el("h2", { class: "merchant" }, view.merchantName),
    amountOf(view.amount),
    el("dl", { class: "rows" }, ...rows.map(([label, value]) => el("div", {}, el("dt", {}, label), value))),
  );
}

/** Shows an order that was scanned, followed or invoked: to pay, or how it ended. `again` leads to the next one. */
export function showOrder({ view, result }, again) {
  if (!view) showResult({ result, again });
  else if (view.state === "unpaid") showPay(view, again);
  else showResult({ result: resultOfState[view.state], view, again });
}

function showPay(view, again) {
  const time = el("dd", { class: "time", id: "time-left" });
  const act = async (action, outcome) => {
    const answer = await call(action, { code: view.code });
    const retry = async () => showOrder(await call("open", { code: view.code }), again);
    showResult({ result: answer.view ? outcome : answer.result, view: answer.view ?? view, again, retry });
  };
  show({
    screen: "pay",
    channel: view.channel,
    content: orderCard(view, [
      [texts.subject, el("dd", {}, view.subject)],
      [texts.timeLeft, time],
    ]),
    actions: [
      button("primary", texts.payButton, "pay", () => act("pay", "paid")),
      button("secondary", texts.refuseButton, "refuse", () => act("refuse", "refused")),
      el("p", { class: "note" }, texts.noMoney),
    ],
  });
  countDown(time, view, () => watch(view, again));
  every(pollMs, () => watch(view, again));
}

/** The order may end elsewhere: by its merchant, by its time, or on another phone. */
async function watch(shown, again) {
  const screen = phone.firstElementChild;
  const { view } = await call("open", { code: shown.code });
  if (!view || phone.firstElementChild !== screen || phone.querySelector("button[disabled]")) return;
  if (view.state !== "unpaid") showResult({ result: resultOfState[view.state], view, again });
  else Object.assign(shown, view);
}

/** Says how it ended; `again` leads on (under `againLabel`), `retry` back to the same order. */
export function showResult({ result, view, again, againLabel = texts.againButton, retry }) {
  const { icon: name, tone, title, hint } = results[result];
  const money = view && (result === "paid" || result === "alreadyPaid");
  const canRetry = retry && (result === "refused" || result === "failed");
  const canReturn = view?.returnUrl && (money || result === "refused");
  const actions = [];
  if (canReturn) actions.push(el("a", { class: "primary", id: "return", href: view.returnUrl }, texts.returnButton));
  if (canRetry) actions.push(button(canReturn ? "secondary" : "primary", texts.retryButton, "retry", retry));
  actions.push(button(actions.length > 0 ? "secondary" : "primary", againLabel, "again", again));
  show({
    screen: result,
    channel: view?.channel,
    content: el(
      "section",
      { class: "card result" },
      el("div", { class: `sign ${tone}` }, icon(name)),
      el("h2", {}, title),
      ...(money ? [amountOf(view.amount), el("p", { class: "label" }, view.merchantName)] : []),
      el("p", { class: "hint" }, hint),
    ),
    actions,
  });
}
