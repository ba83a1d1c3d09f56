import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    chromiumPath: string;
  }
}

/** Chromium with a profile of its own, as wide as a phone, speaking Chinese. */
export async function startBrowser(): Promise<{ browser: BrowserContext; stop(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), "payhub-phone-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: inject("chromiumPath") || "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    viewport: { width: 390, height: 844 },
    locale: "zh-CN",
  });
  return {
    browser,
    async stop() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Waits for a screen (`data-screen`) or a step (`data-step`), which must not be wider than the page; returns its text. */
export async function expectShown(page: Page, shown: { screen: string } | { step: string }): Promise<string> {
  const selector = "screen" in shown ? `[data-screen="${shown.screen}"]` : `[data-step="${shown.step}"]`;
  await page.locator(selector).waitFor({ timeout: 10_000 });
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  expect(await page.evaluate(overflow)).toBe(0);
  return (await page.locator("main").textContent()) ?? "";
}
