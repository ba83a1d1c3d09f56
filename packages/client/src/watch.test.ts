import type { PaymentWithAttempt } from "@payhub/contract";
import { PayhubError as DomainError } from "@payhub/domain";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FakePayhub, startFakePayhub } from "../test/fake-payhub.ts";
import { makePayment } from "../test/make.ts";
import { resolveOptions } from "./options.ts";
import { query } from "./procedures.ts";
import { connect } from "./transport/connect.ts";
import type { Payment } from "./types.ts";
import { createWatch, type Subscription } from "./watch.ts";

let payhub: FakePayhub;
let book: ReturnType<typeof keepBook>;
let subscription: Subscription | undefined;
beforeEach(async () => {
  payhub = await startFakePayhub();
  book = keepBook(payhub);
});
afterEach(async () => {
  subscription?.unsubscribe();
  await payhub.close();
});

/** One payment that a test changes, served by `watch` and `get`. */
function keepBook(fake: FakePayhub) {
  let now: PaymentWithAttempt = makePayment();
  const changed = new EventTarget();
  fake.payments.watch = async function* (_, __, signal) {
    while (!signal.aborted) {
      const next = new Promise((resolve) => changed.addEventListener("change", resolve, { once: true }));
      yield now;
      if (now.payment.status !== "created") return;
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await Promise.race([next, aborted]);
    }
  };
  fake.payments.get = async () => ({ ...now, attempts: [now.attempt], heldReceipts: [] });
  return {
    paymentNo: now.payment.paymentNo,
    change: (payment: Partial<PaymentWithAttempt["payment"]>) => {
      now = { ...now, payment: { ...now.payment, ...payment } };
      changed.dispatchEvent(new Event("change"));
    },
  };
}

const watch = ({ secret = payhub.secret, pollMs = 50 } = {}) => {
  const seen: Payment[] = [];
  const onError = vi.fn();
  const onComplete = vi.fn();
  const { payments } = connect(resolveOptions({ url: payhub.url, appId: payhub.appId, secret, retries: 0 }));
  const detail = query(payments.get.query);
  const get = async (ref: { paymentNo: string }) => {
    const { attempts: _, heldReceipts: __, ...payment } = await detail.query(ref);
    return payment;
  };
  const timing = { pollMs, reopen: { baseMs: 20, maxMs: 100 } };
  subscription = createWatch(payments, get, timing).subscribe(
    { paymentNo: book.paymentNo },
    { onData: (payment) => seen.push(payment), onError, onComplete },
  );
  return { seen, onError, onComplete };
};
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 15_000, interval: 5 });
const asked = (procedure: string) => payhub.requests.filter((request) => request.procedure === procedure).length;

describe("payments.watch", () => {
  it("tells each state once and completes with the final one", async () => {
    const { seen, onComplete, onError } = watch({ pollMs: 5_000 });
    await until(() => seen.length === 1);
    book.change({ closeRequestedAt: Date.now() });
    await until(() => seen.length === 2);
    book.change({ status: "succeeded", paidAt: Date.now() });
    await until(() => onComplete.mock.calls.length === 1);
    expect(seen.map(({ status, closing }) => [status, closing])).toEqual([
      ["created", false],
      ["created", true],
      ["succeeded", false],
    ]);
    expect(onError).not.toHaveBeenCalled();
    expect(asked("payments.get")).toBe(0);
  });

  it("goes on after the connection broke, signed anew, without telling a state twice", async () => {
    const { seen, onComplete } = watch({ pollMs: 9_000 });
    await until(() => seen.length === 1);
    await payhub.restart(50);
    await until(() => asked("payments.watch") === 2);
    book.change({ status: "closed", closedAt: Date.now() });
    await until(() => onComplete.mock.calls.length === 1);
    expect(seen.map(({ status }) => status)).toEqual(["created", "closed"]);
    expect(new Set(payhub.requests.map(({ nonce }) => nonce)).size).toBe(payhub.requests.length);
  });

  it("does not poll while the stream is open", async () => {
    const { seen } = watch({ pollMs: 30 });
    await until(() => seen.length === 1);
    const before = asked("payments.get");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked("payments.get") - before).toBeLessThanOrEqual(1);
  });

  it("opens the stream again when the server ended it before a final state", async () => {
    const whole = payhub.payments.watch;
    payhub.payments.watch = async function* (...given) {
      for await (const state of whole?.(...given) ?? []) {
        yield state;
        return;
      }
    };
    const { seen, onComplete } = watch({ pollMs: 9_000 });
    await until(() => seen.length === 1);
    payhub.payments.watch = whole;
    book.change({ status: "succeeded" });
    await until(() => onComplete.mock.calls.length === 1);
    expect(seen.map(({ status }) => status)).toEqual(["created", "succeeded"]);
  });

  it.each([
    ["refused", 503, "text/html"],
    ["answered with something else", 200, "text/html"],
  ])("polls get while the stream is %s", async (_, status, type) => {
    payhub.fault = ({ procedure }, response) => {
      if (procedure !== "payments.watch") return false;
      response.writeHead(status, { "content-type": type }).end("no stream here");
      return true;
    };
    const { seen, onComplete } = watch();
    await until(() => seen.length === 1);
    book.change({ status: "succeeded" });
    await until(() => onComplete.mock.calls.length === 1);
    expect(seen.map(({ status: state }) => state)).toEqual(["created", "succeeded"]);
  });

  it("polls get while the stream hangs", async () => {
    payhub.fault = ({ procedure }) => procedure === "payments.watch";
    const { onComplete } = watch();
    book.change({ status: "succeeded" });
    await until(() => onComplete.mock.calls.length === 1);
  });

  it("ends with payhub's refusal in the stream", async () => {
    payhub.payments.watch = () => {
      throw new DomainError("NOT_FOUND", "no such payment");
    };
    const { onError, onComplete } = watch();
    await until(() => onError.mock.calls.length === 1);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "NOT_FOUND", message: "no such payment" }));
    expect(onComplete).not.toHaveBeenCalled();
  });

  it("ends with payhub's refusal of the request", async () => {
    const { onError } = watch({ secret: "sk_wrong" });
    await until(() => onError.mock.calls.length === 1);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "UNAUTHENTICATED" }));
  });

  it("tells and asks nothing after unsubscribe", async () => {
    const { seen, onComplete } = watch();
    await until(() => seen.length === 1);
    subscription?.unsubscribe();
    book.change({ status: "succeeded" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([seen.length, onComplete.mock.calls.length, payhub.requests.length]).toEqual([1, 0, 1]);
  });
});
