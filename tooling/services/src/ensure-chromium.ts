import { ensureExecutables } from "./ensure-executables.ts";

/** The path of a Chromium with Chinese fonts for browser tests, installed from Debian when missing; throws when it cannot be had. */
export async function ensureChromium(log: (line: string) => void): Promise<string> {
  const [path] = await ensureExecutables(
    [
      {
        names: ["chromium", "chromium-browser", "google-chrome"],
        packages: ["chromium", "fonts-noto-cjk"],
        otherwise: "set PAYHUB_CHROMIUM",
      },
    ],
    log,
  );
  if (!path) throw new Error("no path for a required program");
  return path;
}
