export { type ContextOptions, openContext } from "./context.ts";
export {
  LOG_LEVELS,
  type LogLevel,
  millisecondsSchema,
  PROCESS_VARIABLES,
  type ProcessEnv,
  portSchema,
  presentProcessEnv,
  readProcessEnv,
} from "./env.ts";
export { killAt } from "./kill-at.ts";
export { createLog, type LogDestination, type Logger, logFile } from "./log.ts";
export type { MasterKey } from "./master-keys.ts";
export { redactLine } from "./redact.ts";
export { nextSignal, type Running, runProcess } from "./run-process.ts";
export { systemClock, systemRandom } from "./system.ts";
