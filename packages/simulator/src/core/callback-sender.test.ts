import { afterEach, beforeEach, expect, test } from "vitest";
import type { CallbackReceiver } from "../../test/callback-receiver.ts";
import { startCallbackReceiver } from "../../test/callback-receiver.ts";
import type { Book } from "./book.ts";
import { openBook } from "./book.ts";
import { createCallbackSender } from "./callback-sender.ts";
import type { CallbackSender } from "./callbacks.ts";
import type { SimClock } from "./clock.ts";
import { createSimClock } from "./clock.ts";
import { createFaults } from "./faults.ts";

const retryTableMs = [15_000, 30_000, 60_000];
const fast = createSimClock({ speed: 10_000 });
const real = createSimClock();
let receiver: CallbackReceiver;
let book: Book;
let faults: ReturnType<typeof createFaults>;
let sender: CallbackSender;
let renders = 0;

function createSender({ clock = fast, timeoutMs }: { clock?: SimClock; timeoutMs?: number } = {}): CallbackSender {
  const made = createCallbackSender({ clock, faults, book, timeoutMs });
  made.register("wechatpay", {
    retryTableMs,
    accepted: ({ status }) => status === 204,
    render: ({ id }, disguise) => ({ headers: {}, body: `${id} ${disguise?.kind ?? "true"} ${renders++}` }),
  });
  return made;
}

const owe = (id: string) =>
  sender.enqueue({ id, channel: "wechatpay", outTradeNo: `order-${id}`, subjectKey: id, url: receiver.url });

const subjects = () => receiver.received.map(({ body }) => body.split(" ").slice(0, 2).join(" "));

async function untilQuiet(): Promise<void> {
  await expect.poll(() => sender.pending(), { interval: 5 }).toEqual([]);
  await sender.idle();
}

beforeEach(async () => {
  receiver = await startCallbackReceiver();
  book = openBook();
  faults = createFaults();
  sender = createSender();
  renders = 0;
});

afterEach(async () => {
  await sender.stop();
  await receiver.stop();
});

test("a refused callback is sent once and then at every step of the table, rendered anew each time", async () => {
  receiver.answer = () => ({ status: 500, body: "no" });
  owe("a");
  await untilQuiet();
  expect(receiver.received.map(({ body }) => body)).toEqual(["a true 0", "a true 1", "a true 2", "a true 3"]);
  expect(sender.deliveries().map(({ status, body, accepted }) => [status, body, accepted])).toEqual(
    Array.from({ length: 4 }, () => [500, "no", false]),
  );
});

test("acceptance ends the retries", async () => {
  receiver.answer = (index) => ({ status: index < 2 ? 500 : 204 });
  owe("a");
  await untilQuiet();
  expect(sender.deliveries().map(({ accepted }) => accepted)).toEqual([false, false, true]);
});

test("no answer within the limit counts as refused", async () => {
  sender = createSender({ timeoutMs: 20 });
  receiver.answer = () => ({ status: 204, delayMs: 200 });
  owe("a");
  await untilQuiet();
  expect(sender.deliveries().map(({ status, accepted }) => [status, accepted])).toEqual(
    Array.from({ length: 4 }, () => [0, false]),
  );
});

test("a lost callback never arrives; the table goes on", async () => {
  faults.callback({ channel: "wechatpay", times: 2, fault: "lost" });
  owe("a");
  await untilQuiet();
  expect(subjects()).toEqual(["a true"]);
  expect(sender.deliveries().map(({ fault }) => fault)).toEqual(["lost", "lost", undefined]);
});

test("with everything lost the channel gives up", async () => {
  faults.callback({ channel: "wechatpay", times: Infinity, fault: "lost" });
  owe("a");
  await untilQuiet();
  expect(receiver.received).toEqual([]);
  expect(sender.deliveries()).toHaveLength(4);
});

test("a duplicate arrives as often as scripted and is settled once", async () => {
  faults.callback({ channel: "wechatpay", fault: { kind: "duplicate", count: 100 } });
  owe("a");
  await untilQuiet();
  expect(subjects()).toEqual(Array.from({ length: 100 }, () => "a true"));
});

test("a delayed callback arrives after its delay", async () => {
  faults.callback({ channel: "wechatpay", fault: { kind: "delay", ms: 250 } });
  owe("slow");
  owe("quick");
  await untilQuiet();
  expect(subjects()).toEqual(["quick true", "slow true"]);
});

test("a reordered callback arrives after the next one", async () => {
  sender = createSender({ clock: real });
  faults.callback({ channel: "wechatpay", match: (no) => no === "order-first", fault: { kind: "reorder" } });
  owe("first");
  owe("second");
  await untilQuiet();
  expect(subjects()).toEqual(["second true", "first true"]);
});

test("a reordered callback that nothing follows arrives at the first retry", async () => {
  faults.callback({ channel: "wechatpay", fault: { kind: "reorder" } });
  owe("only");
  await untilQuiet();
  expect(subjects()).toEqual(["only true"]);
});

test.each(["forged", "probe"] as const)("a %s delivery settles nothing, even when it is accepted", async (fault) => {
  faults.callback({ channel: "wechatpay", fault });
  owe("a");
  await untilQuiet();
  expect(subjects()).toEqual([`a ${fault}`, "a true"]);
});

test.each([{ kind: "wrong_amount", amount: 1 }, { kind: "wrong_merchant" }] as const)(
  "a $kind delivery is the channel's own word: acceptance settles it",
  async (fault) => {
    faults.callback({ channel: "wechatpay", fault });
    owe("a");
    await untilQuiet();
    expect(subjects()).toEqual([`a ${fault.kind}`]);
  },
);

test("deliverNow sends at once, again after acceptance, and refuses unknown ids", async () => {
  sender = createSender({ clock: real });
  faults.callback({ channel: "wechatpay", fault: "lost" });
  owe("a");
  await expect.poll(() => sender.deliveries().length).toBe(1);
  expect((await sender.deliverNow("a")).accepted).toBe(true);
  expect(sender.pending()).toEqual([]);
  expect((await sender.deliverNow("a")).accepted).toBe(true);
  await expect(sender.deliverNow("b")).rejects.toMatchObject({ code: "UNKNOWN_CALLBACK" });
});

test("what a stopped sender owed, its successor delivers", async () => {
  sender = createSender({ clock: real });
  faults.callback({ channel: "wechatpay", fault: "lost" });
  owe("a");
  await expect.poll(() => sender.deliveries().length).toBe(1);
  const [owed] = sender.pending();
  await sender.stop();
  book.collection("callback").put("a", { ...owed });
  sender = createSender();
  sender.resume();
  await untilQuiet();
  expect(subjects().at(-1)).toBe("a true");
});
