import type { FastifyInstance } from "fastify";

/** Whether this process can take calls, and each thing it depends on. */
export interface Readiness {
  ready: boolean;
  database: "ok" | "unreachable" | "not_migrated";
  /** What only makes things fast: the process is ready without it. */
  coordination: "ok" | "unreachable";
  stopping: boolean;
}

/** `GET /healthz`: the process is alive. `GET /readyz`: it can take calls, 503 when not. */
export function mountHealth(server: FastifyInstance, readiness: () => Promise<Readiness>): void {
  server.get("/healthz", { logLevel: "silent" }, async () => ({ status: "ok" }));
  server.get("/readyz", { logLevel: "silent" }, async (_request, reply) => {
    const state = await readiness();
    return reply.code(state.ready ? 200 : 503).send(state);
  });
}
