const texts = JSON.parse(document.getElementById("texts").textContent);
const phone = document.getElementById("phone");
const pollMs = 3000;
let timers = [];

const icons = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M7 7l10 10M17 7L7 17",
  clock: "M12 7v5.5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  stop: "M6 12h12",
  question: "M9 9.2a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2.1M12 17.6v.1",
};

const results = {
  paid: { icon: "check", tone: "good", title: texts.paidTitle, hint: texts.paidHint },
  refused: { icon: "stop", tone: "calm", title: texts.refusedTitle, hint: texts.refusedHint },
  expired: { icon: "clock", tone: "wait", title: texts.expiredTitle, hint: texts.expiredHint },
  closed: { icon: "stop", tone: "calm", title: texts.closedTitle, hint: texts.closedHint },
  alreadyPaid: { icon: "check", tone: "good", title: texts.alreadyPaidTitle, hint: texts.alreadyPaidHint },
  unknown: { icon: "question", tone: "bad", title: texts.unknownTitle, hint: texts.unknownHint },
  failed: { icon: "cross", tone: "bad", title: texts.failedTitle, hint: texts.failedHint },
};

const resultOfError = {
  UNKNOWN_CODE: "unknown",
  CODE_EXPIRED: "expired",
  ORDER_CLOSED: "closed",
  ALREADY_PAID: "alreadyPaid",
};

const resultOfState = { paid: "alreadyPaid", closed: "closed", expired: "expired" };

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", icons[name]);
  svg.append(path);
  return svg;
}

function show({ screen, channel, content, actions }) {
  for (const timer of timers) clearInterval(timer);
  timers = [];
  phone.dataset.screen = screen;
  phone.dataset.channel = channel ?? "";
  phone.replaceChildren(
    el(
      "header",
      { class: "bar" },
      el("h1", {}, channel ? texts[channel] : texts.title),
      el("span", { class: "tag" }, texts.simulator),
    ),
    content,
    el("div", { class: "grow" }),
    el("div", { class: "actions" }, ...actions),
  );
}

function button(kind, label, id, act) {
  const onclick = async () => {
    const all = [...phone.querySelectorAll("button")];
    for (const one of all) one.disabled = true;
    await act();
    for (const one of all) one.disabled = false;
  };
  return el("button", { type: "button", class: kind, id, onclick }, label);
}

function amountOf(fen) {
  const digits = String(fen).padStart(3, "0");
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  const text = `${yuan}.${digits.slice(-2)}`;
  return el("p", { class: text.length > 9 ? "amount long" : "amount" }, el("small", {}, "¥"), text);
}

function timeOf(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const pad = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:` : ""}${pad(minutes)}:${pad(seconds % 60)}`;
}

async function call(action, code) {
  try {
    const response = await fetch(`/api/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code }),
    });
    const body = await response.json();
    return response.ok
      ? { view: { ...body, skewMs: body.now - Date.now() } }
      : { result: resultOfError[body.code] ?? "failed" };
  } catch {
    return { result: "failed" };
  }
}

function showScan() {
  history.replaceState(null, "", languageQuery());
  const field = el("textarea", {
    id: "code",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: "1024",
    placeholder: texts.codePlaceholder,
  });
  const open = async () => {
    const code = field.value.trim();
    if (code) await openCode(code);
    else field.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
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
    actions: [button("primary", texts.openButton, "open", open), el("p", { class: "note" }, texts.noMoney)],
  });
  field.focus();
}

async function openCode(code) {
  history.replaceState(null, "", languageQuery(code));
  const { view, result } = await call("open", code);
  if (!view) showResult({ result, code });
  else if (view.state === "unpaid") showPay(view);
  else showResult({ result: resultOfState[view.state], view, code });
}

function showPay(view) {
  const time = el("dd", { class: "time", id: "time-left" });
  const act = async (action, outcome) => {
    const answer = await call(action, view.code);
    showResult({ result: answer.view ? outcome : answer.result, view: answer.view ?? view, code: view.code });
  };
  show({
    screen: "pay",
    channel: view.channel,
    content: el(
      "section",
      { class: "card" },
      el("div", { class: "avatar", "aria-hidden": "true" }, [...view.merchantName][0] ?? "·"),
      el("p", { class: "label" }, texts.payTo),
      el("h2", { class: "merchant" }, view.merchantName),
      amountOf(view.amount),
      el(
        "dl",
        { class: "rows" },
        el("div", {}, el("dt", {}, texts.subject), el("dd", {}, view.subject)),
        el("div", {}, el("dt", {}, texts.timeLeft), time),
      ),
    ),
    actions: [
      button("primary", texts.payButton, "pay", () => act("pay", "paid")),
      button("secondary", texts.refuseButton, "refuse", () => act("refuse", "refused")),
      el("p", { class: "note" }, texts.noMoney),
    ],
  });
  const tick = () => {
    const leftMs = view.expiresAt - Date.now() - view.skewMs;
    time.textContent = timeOf(leftMs);
    time.classList.toggle("short", leftMs < 60_000);
    if (leftMs <= 0) watch(view);
  };
  tick();
  timers.push(
    setInterval(tick, 500),
    setInterval(() => watch(view), pollMs),
  );
}

/** The order may end elsewhere: by its merchant, by its time, or on another phone. */
async function watch(shown) {
  const screen = phone.firstElementChild;
  const { view } = await call("open", shown.code);
  if (!view || phone.firstElementChild !== screen || phone.querySelector("button[disabled]")) return;
  if (view.state !== "unpaid") showResult({ result: resultOfState[view.state], view, code: view.code });
  else Object.assign(shown, view);
}

function showResult({ result, view, code }) {
  const { icon: name, tone, title, hint } = results[result];
  const money = view && (result === "paid" || result === "alreadyPaid");
  const again = button(
    result === "refused" || result === "failed" ? "secondary" : "primary",
    texts.againButton,
    "again",
    showScan,
  );
  const retry = button("primary", texts.retryButton, "retry", () => openCode(code));
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
    actions: result === "refused" || result === "failed" ? [retry, again] : [again],
  });
}

function languageQuery(code) {
  const query = new URLSearchParams();
  const lang = new URLSearchParams(location.search).get("lang");
  if (code) query.set("code", code);
  if (lang) query.set("lang", lang);
  return query.size > 0 ? `/?${query}` : "/";
}

const code = new URLSearchParams(location.search).get("code")?.trim();
if (code) openCode(code);
else showScan();
