import { addDays, businessDay, type Difference } from "@payhub/domain";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actsOn, businessOf, CONSOLE, found, kept } from "../../../test/differences.ts";
import { codeOf, refusalOf } from "../../../test/support.ts";
import { createApp } from "../../merchant/create-app.ts";
import { assignDifference } from "./assign.ts";
import { acceptDifference, resolveDifference } from "./end.ts";
import { getDifference } from "./get.ts";
import { type DifferencesWanted, listDifferences } from "./list.ts";
import { noteDifference } from "./note.ts";
import { proposeFix } from "./propose.ts";
import { rejectFix } from "./reject.ts";
import { reopenDifference } from "./reopen.ts";

describeBackends("the work list", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());
  const by = ({ differenceNo }: Difference, actor = "li", note = "") => ({ differenceNo, actor, note });
  const REFUND = { proposedFix: "record_refund", cause: "refund_past_payhub" } as const;

  describe("what people do", () => {
    it("gives a difference to someone and to nobody, each noted once", async () => {
      const difference = await found(platform);
      const give = (assignee: string | null) => assignDifference(platform.ctx, { ...by(difference), assignee });
      expect(await give("wang")).toMatchObject({ assignee: "wang", differenceState: "open" });
      expect(await give("wang")).toMatchObject({ assignee: "wang" });
      expect(await give(null)).toMatchObject({ assignee: null });
      expect(await kept(platform, difference)).toMatchObject({ assignee: null });
      expect(await actsOn(platform, difference)).toEqual(["li assign: wang", "li assign: "]);
    });

    it("takes notes in any state, the same one right after itself once", async () => {
      const difference = await found(platform, { differenceState: "repaired" });
      for (const [actor, note] of [
        ["li", "called"],
        ["li", "called"],
        ["wang", "called"],
        ["li", "called"],
      ] as const)
        await noteDifference(platform.ctx, by(difference, actor, note));
      expect(await actsOn(platform, difference)).toEqual(["li note: called", "wang note: called", "li note: called"]);
      expect(await codeOf(noteDifference(platform.ctx, by(difference, "li", " ")))).toBe("INVALID_INPUT");
    });

    it.each([
      ["resolve", resolveDifference, "resolved"],
      ["accept", acceptDifference, "accepted"],
    ] as const)("%ss with a reason, who and when, and reopens", async (actionKind, end, differenceState) => {
      const difference = await found(platform);
      expect(await codeOf(end(platform.ctx, by(difference)))).toBe("INVALID_INPUT");
      expect(await codeOf(end(platform.ctx, by(difference, "li", " \n ")))).toBe("INVALID_INPUT");
      expect(await kept(platform, difference)).toMatchObject({ differenceState: "open" });
      const ended = { differenceState, endedBy: "li", endedAt: platform.ctx.clock.now() };
      expect(await end(platform.ctx, by(difference, "li", "agreed"))).toMatchObject(ended);
      expect(await end(platform.ctx, by(difference, "li", "agreed"))).toMatchObject(ended);
      expect(await refusalOf(end(platform.ctx, by(difference, "wang", "agreed")))).toMatchObject({
        code: "ORDER_CONFLICT",
        details: { differenceState },
      });
      expect(await reopenDifference(platform.ctx, by(difference, "wang"))).toMatchObject({
        differenceState: "open",
        endedBy: null,
        endedAt: null,
      });
      expect(await actsOn(platform, difference)).toEqual([`li ${actionKind}: agreed`, "wang reopen: "]);
    });

    it.each(["open", "repaired"] as const)("reopens nothing that is %s", async (differenceState) => {
      const difference = await found(platform, { differenceState });
      expect(await codeOf(reopenDifference(platform.ctx, by(difference)))).toBe("ORDER_CONFLICT");
      expect(await kept(platform, difference)).toMatchObject({ differenceState });
      expect(await actsOn(platform, difference)).toEqual([]);
    });

    it.each(["repaired", "resolved", "accepted"] as const)("changes nothing that is %s", async (differenceState) => {
      const difference = await found(platform, { ...REFUND, differenceState });
      const { ctx } = platform;
      const calls = [
        assignDifference(ctx, { ...by(difference), assignee: "wang" }),
        resolveDifference(ctx, by(difference, "li", "x")),
        acceptDifference(ctx, by(difference, "li", "x")),
        proposeFix(ctx, { ...by(difference), fix: "record_refund" }),
        rejectFix(ctx, by(difference)),
      ];
      expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => "ORDER_CONFLICT"));
      expect(await kept(platform, difference)).toEqual(expect.objectContaining(difference));
      expect(await actsOn(platform, difference)).toEqual([]);
    });

    it("proposes the fix that is called for, once, and turns it down", async () => {
      const { ctx } = platform;
      const other = await found(platform);
      expect(await codeOf(proposeFix(ctx, { ...by(other), fix: "record_refund" }))).toBe("ORDER_CONFLICT");
      const difference = await found(platform, REFUND);
      expect(await codeOf(rejectFix(ctx, by(difference)))).toBe("ORDER_CONFLICT");
      const pending = { pendingFix: "record_refund", pendingBy: "li", differenceState: "open" };
      expect(await proposeFix(ctx, { ...by(difference), fix: "record_refund" })).toMatchObject(pending);
      expect(await proposeFix(ctx, { ...by(difference), fix: "record_refund" })).toMatchObject(pending);
      expect(await codeOf(proposeFix(ctx, { ...by(difference, "wang"), fix: "record_refund" }))).toBe("ORDER_CONFLICT");
      expect(await codeOf(resolveDifference(ctx, by(difference, "wang", "x")))).toBe("ORDER_CONFLICT");
      expect(await codeOf(acceptDifference(ctx, by(difference, "wang", "x")))).toBe("ORDER_CONFLICT");
      expect(await rejectFix(ctx, by(difference, "wang", "no"))).toMatchObject({ pendingFix: null, pendingBy: null });
      expect(await actsOn(platform, difference)).toEqual(["li propose: ", "wang reject: no"]);
    });

    it("ends a difference once when two do it at the same moment", async () => {
      const difference = await found(platform);
      const calls = ["li", "wang"].map((actor) => resolveDifference(platform.ctx, by(difference, actor, "done")));
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await actsOn(platform, difference)).toHaveLength(1);
    });

    it("knows only what is there", async () => {
      const nothing = { differenceNo: "D0", actor: "li", note: "x" };
      expect(await codeOf(noteDifference(platform.ctx, nothing))).toBe("NOT_FOUND");
      expect(await codeOf(getDifference(platform.ctx, CONSOLE, "D0"))).toBe("NOT_FOUND");
    });
  });

  describe("who sees what", () => {
    it("shows a business app its own differences, and not who works on them", async () => {
      const { ctx } = platform;
      const { app } = await createApp(ctx, { name: "stranger" });
      const own = await found(platform, { businessDay: "2026-10-01" });
      const strangers = await found(platform, { businessDay: "2026-10-01", appId: app.appId });
      const nobodys = await found(platform, { businessDay: "2026-10-01", appId: null });
      await assignDifference(ctx, { ...by(own), assignee: "wang" });
      const business = businessOf(platform);
      const wanted = { fromDay: "2026-10-01", toDay: "2026-10-01", limit: 10 };
      const seen = await listDifferences(ctx, business, wanted);
      expect(seen.items.map(({ differenceNo }) => differenceNo)).toEqual([own.differenceNo]);
      expect(seen.items[0]).toMatchObject({ assignee: null });
      const all = await listDifferences(ctx, CONSOLE, wanted);
      expect(all.items.map(({ differenceNo }) => differenceNo)).toEqual(
        [own, strangers, nobodys].map(({ differenceNo }) => differenceNo),
      );
      expect(await codeOf(listDifferences(ctx, business, { ...wanted, appId: app.appId }))).toBe("FORBIDDEN");
      expect(await codeOf(listDifferences(ctx, business, { ...wanted, assignee: "wang" }))).toBe("FORBIDDEN");

      expect(await getDifference(ctx, business, own.differenceNo)).toMatchObject({
        difference: { assignee: null },
        actions: [],
      });
      expect(await getDifference(ctx, CONSOLE, own.differenceNo)).toMatchObject({
        difference: { assignee: "wang" },
        actions: [{ actionKind: "assign", actor: "li" }],
      });
      for (const { differenceNo } of [strangers, nobodys])
        expect(await codeOf(getDifference(ctx, business, differenceNo))).toBe("NOT_FOUND");
    });
  });

  describe("the list", () => {
    const numbersOf = async (wanted: DifferencesWanted) =>
      (await listDifferences(platform.ctx, CONSOLE, { limit: 100, ...wanted })).items.map(
        ({ differenceNo }) => differenceNo,
      );

    it("pages through the oldest first, none twice and none left out", async () => {
      const days = ["2026-09-03", "2026-09-01", "2026-09-02", "2026-09-01", "2026-09-03"];
      const stored: Difference[] = [];
      for (const businessDay of days) stored.push(await found(platform, { businessDay }));
      const sorted = [...stored.keys()].sort((one, other) => (days[one] ?? "").localeCompare(days[other] ?? ""));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const wanted = { fromDay: "2026-09-01", toDay: "2026-09-03", limit: 2, cursor };
        const page = await listDifferences(platform.ctx, CONSOLE, wanted);
        seen.push(...page.items.map(({ differenceNo }) => differenceNo));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(sorted.map((at) => stored[at]?.differenceNo));
    });

    it("filters by account, class, state and assignee", async () => {
      const day = { fromDay: "2026-08-01", toDay: "2026-08-01" };
      const businessDay = "2026-08-01";
      const { accountNo } = platform.accounts.alipay;
      const plain = await found(platform, { businessDay });
      const alipay = await found(platform, { businessDay, accountNo });
      const missing = await found(platform, { businessDay, differenceClass: "missing_here" });
      const done = await found(platform, { businessDay, differenceState: "accepted" });
      const wangs = await found(platform, { businessDay, assignee: "wang" });
      const only = (...some: Difference[]) => some.map(({ differenceNo }) => differenceNo);
      expect(await numbersOf(day)).toEqual(only(plain, alipay, missing, done, wangs));
      expect(await numbersOf({ ...day, accountNo })).toEqual(only(alipay));
      expect(await numbersOf({ ...day, differenceClass: "missing_here" })).toEqual(only(missing));
      expect(await numbersOf({ ...day, differenceState: "accepted" })).toEqual(only(done));
      expect(await numbersOf({ ...day, assignee: "wang" })).toEqual(only(wangs));
      expect(await numbersOf({ ...day, assignee: null })).toEqual(only(plain, alipay, missing, done));
    });

    it("tells ages, and finds what is old enough", async () => {
      const today = businessDay(platform.ctx.clock.now());
      const mark = { channel: "aged", differenceClass: "fund_flow_mismatch" } as const;
      const [old, young] = [
        await found(platform, { ...mark, businessDay: addDays(today, -5) }),
        await found(platform, { ...mark, businessDay: addDays(today, -4) }),
      ];
      const filter = { differenceClass: mark.differenceClass };
      expect(await numbersOf({ ...filter, minAgeDays: 4 })).toEqual([old.differenceNo, young.differenceNo]);
      expect(await numbersOf({ ...filter, minAgeDays: 5 })).toEqual([old.differenceNo]);
      expect(await numbersOf({ ...filter, minAgeDays: 6 })).toEqual([]);
      expect(await numbersOf({ ...filter, minAgeDays: 1, toDay: old.businessDay })).toEqual([old.differenceNo]);
      const { items } = await listDifferences(platform.ctx, CONSOLE, { ...filter, limit: 10 });
      expect(items.map(({ ageDays }) => ageDays)).toEqual([5, 4]);
    });
  });
});
