import { type ProcessEnv, portSchema, presentProcessEnv, readProcessEnv } from "@payhub/runtime";
import { z } from "zod";

/** What this process was told by its environment, checked. */
export interface ApiEnv extends ProcessEnv {
  host: string;
  port: number;
}

const OWN_VARIABLES = {
  PAYHUB_HOST: z.string().default("0.0.0.0"),
  PAYHUB_PORT: portSchema().default(8080),
};

/** Reads the environment; throws one `Error` that names every variable that cannot be used, and never its value. */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): ApiEnv {
  const env = readProcessEnv("api", variables, OWN_VARIABLES);
  return { ...presentProcessEnv(env), host: env.PAYHUB_HOST, port: env.PAYHUB_PORT };
}
