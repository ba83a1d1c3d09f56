import { createHash, createHmac, randomBytes } from "node:crypto";
import { addAppSecretVersion, createKeyring, insertApp } from "@payhub/store";
import { describeBackends, manualClock, seededRandom } from "@payhub/testkit";
import { expect, test } from "vitest";
import { appSecretOwner } from "../account/credentials.ts";
import { authenticateApp } from "./authenticate.ts";
import type { SignedRequest } from "./signature.ts";

const keyring = createKeyring({ keys: [{ id: "k1", key: randomBytes(32).toString("base64") }] });

describeBackends("authenticateApp", (backend) => {
  const clock = manualClock();
  const random = seededRandom(7);
  const context = () => ({ store: backend.store, coordination: backend.coordination, keyring, clock });
  let ordinal = 0;

  async function newApp({ callsPerSecond = 1_000 } = {}) {
    ordinal += 1;
    const appId = `APP-${ordinal}`;
    const nowMs = clock.now();
    await insertApp(backend.store.db, {
      appId,
      name: appId,
      status: "active",
      role: "business",
      initiationGapMs: 15_000,
      callsPerSecond,
      createdAt: nowMs,
      updatedAt: nowMs,
    });
    return { appId, secret: await newSecret(appId) };
  }

  async function newSecret(appId: string): Promise<string> {
    const secret = randomBytes(32).toString("base64url");
    const sealed = keyring.seal(appSecretOwner(appId), "secret", secret);
    await backend.store.transaction((tx) => addAppSecretVersion(tx, appId, sealed, clock.now()));
    return secret;
  }

  function signed({ appId, secret }: { appId: string; secret: string }, offMs = 0): SignedRequest {
    const timestamp = String(Math.floor((clock.now() + offMs) / 1_000));
    const nonce = Buffer.from(random.bytes(16)).toString("base64url");
    const body = Buffer.from("{}");
    const hash = createHash("sha256").update(body).digest("hex");
    const text = `POST\n/trpc/payments.create\n\n${hash}\n${timestamp}\n${nonce}\n`;
    return {
      method: "POST",
      path: "/trpc/payments.create",
      query: "",
      body,
      headers: {
        "payhub-app-id": appId,
        "payhub-timestamp": timestamp,
        "payhub-nonce": nonce,
        "payhub-signature": `v1=${createHmac("sha256", secret).update(text).digest("base64")}`,
      },
    };
  }

  const refusal = (code: string, message: RegExp) =>
    expect.objectContaining({ code, message: expect.stringMatching(message) });

  test("names the app", async () => {
    const app = await newApp();
    expect(await authenticateApp(context(), signed(app))).toEqual({ appId: app.appId, role: "business" });
  });

  test.each([
    [-300_000, true],
    [300_000, true],
    [-301_000, false],
    [301_000, false],
  ])("a clock that is %d ms off: %s", async (offMs, accepted) => {
    const answer = authenticateApp(context(), signed(await newApp(), offMs));
    if (accepted) await answer;
    else await expect(answer).rejects.toEqual(refusal("UNAUTHENTICATED", /301 s (ahead of|behind) the server's clock/));
  });

  test("a nonce is good once, for each app", async () => {
    const [one, two] = [await newApp(), await newApp()];
    const request = signed(one);
    await authenticateApp(context(), request);
    await expect(authenticateApp(context(), request)).rejects.toEqual(refusal("UNAUTHENTICATED", /nonce was used/));
    const nonce = request.headers["payhub-nonce"];
    const other = signed(two);
    const text = `POST\n/trpc/payments.create\n\n${createHash("sha256").update("{}").digest("hex")}\n${other.headers["payhub-timestamp"]}\n${nonce}\n`;
    const mac = createHmac("sha256", two.secret).update(text).digest("base64");
    const headers = { ...other.headers, "payhub-nonce": nonce, "payhub-signature": `v1=${mac}` };
    expect(await authenticateApp(context(), { ...other, headers })).toEqual({ appId: two.appId, role: "business" });
  });

  test("a request that was refused uses up neither its nonce nor the app's rate", async () => {
    const app = await newApp({ callsPerSecond: 1 });
    const request = signed(app);
    const forged = { ...request, path: "/trpc/payments.close" };
    for (let time = 0; time < 3; time++) {
      await expect(authenticateApp(context(), forged)).rejects.toEqual(refusal("UNAUTHENTICATED", /does not match/));
    }
    expect(await authenticateApp(context(), request)).toEqual({ appId: app.appId, role: "business" });
  });

  test("the third secret retires the first, and a process sees it within 5 s", async () => {
    const { appId, secret: first } = await newApp();
    const ctx = context();
    await authenticateApp(ctx, signed({ appId, secret: first }));
    const second = await newSecret(appId);
    const third = await newSecret(appId);
    clock.advance(4_999);
    await authenticateApp(ctx, signed({ appId, secret: first }));
    clock.advance(1);
    for (const secret of [second, third]) await authenticateApp(ctx, signed({ appId, secret }));
    const retired = authenticateApp(ctx, signed({ appId, secret: first }));
    await expect(retired).rejects.toEqual(refusal("UNAUTHENTICATED", /does not match/));
  });

  test("an app that is made after it was asked for is known at once", async () => {
    const ctx = context();
    const appId = `APP-${ordinal + 1}`;
    const early = authenticateApp(ctx, signed({ appId, secret: "any" }));
    await expect(early).rejects.toEqual(refusal("UNAUTHENTICATED", /not known or the signature does not match/));
    expect(await authenticateApp(ctx, signed(await newApp()))).toEqual({ appId, role: "business" });
  });

  test("a disabled app is told so when it signed well", async () => {
    const app = await newApp();
    await backend.store.db.updateTable("app").set({ status: "disabled" }).where("appId", "=", app.appId).execute();
    await expect(authenticateApp(context(), signed(app))).rejects.toEqual(refusal("FORBIDDEN", /is disabled/));
    const forged = authenticateApp(context(), signed({ ...app, secret: "other" }));
    await expect(forged).rejects.toEqual(refusal("UNAUTHENTICATED", /does not match/));
  });

  test("the rate holds over all calls of an app", async () => {
    const app = await newApp({ callsPerSecond: 3 });
    const ctx = context();
    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => authenticateApp(ctx, signed(app))));
    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(refused.length).toBeGreaterThanOrEqual(30);
    expect(refused[0]?.reason).toEqual(refusal("RATE_LIMITED", /3 calls a second/));
    expect(refused[0]?.reason.details).toEqual({ retryAfterMs: expect.any(Number) });
  });
});
