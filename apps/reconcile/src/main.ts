import { killAt, runProcess } from "@payhub/runtime";
import { readEnv } from "./env.ts";
import { startReconcile } from "./index.ts";

runProcess(async () => {
  const env = readEnv(process.env);
  return startReconcile({ ...env, fault: killAt(env.killAt) });
});
