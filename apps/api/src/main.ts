import { killAt, runProcess } from "@payhub/runtime";
import { readEnv } from "./env.ts";
import { startApi } from "./index.ts";

runProcess(async () => {
  const env = readEnv(process.env);
  return startApi({ ...env, fault: killAt(env.killAt) });
});
