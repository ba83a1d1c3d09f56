export const texts = JSON.parse(document.getElementById("texts").textContent);
export const phone = document.getElementById("phone");
let timers = [];

const icons = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M7 7l10 10M17 7L7 17",
  clock: "M12 7v5.5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  stop: "M6 12h12",
  question: "M9 9.2a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2.1M12 17.6v.1",
};

export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", icons[name]);
  svg.append(path);
  return svg;
}

/** Runs until the next screen is shown. */
export function every(ms, task) {
  timers.push(setInterval(task, ms));
}

export function show({ screen, channel, content, actions }) {
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

export function button(kind, label, id, act) {
  const onclick = async () => {
    const all = [...phone.querySelectorAll("button")];
    for (const one of all) one.disabled = true;
    await act();
    for (const one of all) one.disabled = false;
  };
  return el("button", { type: "button", class: kind, id, onclick }, label);
}

export function amountOf(fen) {
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

/** The answer of the simulator to one of the payer's actions: what he sees, or how it ended. */
export async function call(action, body) {
  try {
    const response = await fetch(`/api/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return response.ok
      ? { view: { ...answer, skewMs: answer.now - Date.now() } }
      : { result: resultOfError[answer.code] ?? "failed" };
  } catch {
    return { result: "failed" };
  }
}

const resultOfError = {
  UNKNOWN_CODE: "unknown",
  CODE_EXPIRED: "expired",
  ORDER_CLOSED: "closed",
  ALREADY_PAID: "alreadyPaid",
  INVALID_INVOCATION: "invalid",
};

/** Shows what is left until `view` ends; `over` is called while nothing is left. */
export function countDown(node, view, over) {
  const tick = () => {
    const leftMs = view.expiresAt - Date.now() - view.skewMs;
    node.textContent = timeOf(leftMs);
    node.classList.toggle("short", leftMs < 60_000);
    if (leftMs <= 0) over();
  };
  tick();
  every(500, tick);
}

/** Puts the page's state into its address, and keeps its language. */
export function keepAddress(state) {
  const query = new URLSearchParams(state);
  const lang = new URLSearchParams(location.search).get("lang");
  if (lang) query.set("lang", lang);
  history.replaceState(null, "", query.size > 0 ? `/?${query}` : "/");
}
