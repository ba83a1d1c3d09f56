import { killProgram, type Program, spawnProgram, written } from "@payhub/testkit";

const MAIN = new URL("../../src/main.ts", import.meta.url);

/** An api as a process of its own. */
export interface ApiProcess extends Program {
  url: string;
}

/** Starts an api; rejects with what it wrote when it ends instead of listening. */
export async function startApiProcess(env: Record<string, string>): Promise<ApiProcess> {
  const program = spawnApi(env);
  return { ...program, url: await written(program, /"url":"(http[^"]+)"/) };
}

/** Starts an api without waiting for it. */
export function spawnApi(env: Record<string, string>): Program {
  return spawnProgram(MAIN, env);
}

export { killProgram as kill };
