export { ensureChromium } from "./ensure-chromium.ts";
export { type Services, startServices } from "./start-services.ts";
