const texts = JSON.parse(document.getElementById("texts").textContent);
const cashier = document.getElementById("cashier");
const pollMs = 2000;
const backAfterMs = 1500;
let shown = { step: "", view: undefined };

const results = {
  paid: { sign: "✓", tone: "good", title: texts.paidTitle },
  refused: { sign: "–", tone: "", title: texts.refusedTitle, hint: texts.refusedHint },
  closed: { sign: "–", tone: "", title: texts.closedTitle, hint: texts.closedHint },
  expired: { sign: "…", tone: "", title: texts.expiredTitle, hint: texts.expiredHint },
  unknown: { sign: "?", tone: "bad", title: texts.unknownTitle, hint: texts.unknownHint },
  failed: { sign: "×", tone: "bad", title: texts.failedTitle, hint: texts.failedHint },
};

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

async function call(action) {
  try {
    const response = await fetch(`${location.pathname}/${action}`, { method: "POST" });
    const body = await response.json();
    if (response.ok) return { view: { ...body, skewMs: body.now - Date.now() } };
    return { error: body.code };
  } catch {
    return { error: "OFFLINE" };
  }
}

function button(id, label, act, kind = "primary") {
  const onclick = async () => {
    const all = [...cashier.querySelectorAll("button")];
    for (const one of all) one.disabled = true;
    await act();
    for (const one of all) one.disabled = false;
  };
  return el("button", { type: "button", class: kind, id, onclick }, label);
}

function row(label, value, id) {
  return el("div", { class: "row" }, el("dt", {}, label), el("dd", id ? { id } : {}, value));
}

function orderOf(view) {
  const digits = String(view.amount).padStart(3, "0");
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return el(
    "section",
    { class: "order" },
    el("p", { class: "label" }, texts.payTo),
    el("h2", {}, view.merchantName),
    el("p", { class: "amount" }, el("small", {}, "¥"), `${yuan}.${digits.slice(-2)}`),
    el("dl", {}, row(texts.subject, view.subject), row(texts.timeLeft, "", "time-left")),
  );
}

function show(step, view, ...content) {
  shown = { step, view };
  cashier.dataset.step = step;
  const parts = view ? [orderOf(view)] : [];
  cashier.replaceChildren(
    el("div", { class: view ? "sheet" : "sheet alone" }, ...parts, el("section", { class: "step" }, ...content)),
    el("p", { class: "note" }, texts.noMoney),
  );
  tick();
}

function showChoice(view) {
  const scan = [
    el("h3", {}, texts.scanTitle),
    el("img", { class: "code", src: `${location.pathname}/code.svg`, alt: texts.scanTitle }),
    el("a", { href: view.phoneUrl, target: "_blank", rel: "noopener" }, texts.phoneLink),
    el("p", {}, texts.or),
  ];
  const login = [button("login", texts.loginButton, () => act("login")), el("p", {}, texts.loginHint)];
  show("choose", view, ...(view.product === "page" ? scan : []), ...login);
}

function showConfirm(view) {
  show(
    "confirm",
    view,
    el("h3", {}, texts.account),
    el("p", {}, "159****5620"),
    button("pay", texts.payButton, () => act("pay")),
    button("refuse", texts.refuseButton, () => act("refuse"), "secondary"),
  );
}

function showResult(result, view) {
  const { sign, tone, title, hint } = results[result];
  const back = view?.returnUrl;
  const more = result === "paid" ? (back ? texts.paidHint : texts.paidStay) : hint;
  const retry = result === "refused" ? [button("retry", texts.retryButton, () => act("login"))] : [];
  const again = result === "failed" ? [button("retry", texts.retryButton, () => act("look"))] : [];
  const leave = back ? [el("a", { class: "button", id: "return", href: back }, texts.returnButton)] : [];
  show(
    result,
    view,
    el("div", { class: `sign ${tone}`, "aria-hidden": "true" }, sign),
    el("h3", {}, title),
    el("p", {}, more),
    ...retry,
    ...again,
    ...leave,
  );
  if (result === "paid" && back) setTimeout(() => location.assign(back), backAfterMs);
}

async function act(action) {
  const { view, error } = await call(action);
  if (view && action === "refuse") return showResult("refused", view);
  if (view?.state === "unpaid") return action === "login" ? showConfirm(view) : showChoice(view);
  if (view) return showResult(view.state, view);
  if (error === "OFFLINE") return showResult("failed");
  if (error === "UNKNOWN_CODE") return showResult("unknown");
  const current = await call("look");
  showResult(current.view?.state ?? "failed", current.view);
}

/** The order may end elsewhere: on the phone that scanned the code, by its merchant or by its time. */
async function watch() {
  const before = shown;
  if (!["choose", "confirm", "refused"].includes(before.step)) return;
  const { view } = await call("look");
  if (!view || shown !== before || cashier.querySelector("button[disabled]")) return;
  if (view.state !== "unpaid") showResult(view.state, view);
  else Object.assign(before.view, view);
}

function tick() {
  const time = document.getElementById("time-left");
  if (!time) return;
  const seconds = Math.max(0, Math.ceil((shown.view.expiresAt - Date.now() - shown.view.skewMs) / 1000));
  const pad = (value) => String(value).padStart(2, "0");
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  time.textContent = `${days > 0 ? `${days} ${texts.days} ` : ""}${pad(hours)}:${pad(minutes)}:${pad(seconds % 60)}`;
}

setInterval(tick, 500);
setInterval(watch, pollMs);
act("look");
