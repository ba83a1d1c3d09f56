import type { ReconciliationPorts } from "@payhub/contract";
import {
  acceptDifference,
  approveFix,
  assignDifference,
  exportTable,
  getDifference,
  getFundFlow,
  getRun,
  getStatement,
  listDifferences,
  listRuns,
  noteDifference,
  proposeFix,
  rejectFix,
  reopenDifference,
  requestReconciliation,
  resolveDifference,
  type ServiceContext,
} from "@payhub/services";

/** Binds what reconciliation tells and what people do about it. */
export function bindReconciliation(ctx: ServiceContext): ReconciliationPorts {
  return {
    statement: (caller, input) => getStatement(ctx, caller, input),
    fundFlow: (input) => getFundFlow(ctx, input),
    export: (caller, input) => exportBase64(ctx, caller, input),
    differences: {
      list: (caller, input) => listDifferences(ctx, caller, input),
      get: (caller, differenceNo) => getDifference(ctx, caller, differenceNo),
      assign: (input) => assignDifference(ctx, input),
      note: (input) => noteDifference(ctx, input),
      resolve: (input) => resolveDifference(ctx, input),
      accept: (input) => acceptDifference(ctx, input),
      reopen: (input) => reopenDifference(ctx, input),
      propose: (input) => proposeFix(ctx, input),
      approve: (input) => approveFix(ctx, input),
      reject: (input) => rejectFix(ctx, input),
    },
    runs: {
      list: (input) => listRuns(ctx, input),
      get: (runNo) => getRun(ctx, runNo),
      request: ({ accountNo, businessDay, actor }) =>
        requestReconciliation(ctx, { accountNo, businessDay, requestedBy: actor }),
    },
  };
}

async function exportBase64(
  ctx: ServiceContext,
  ...[caller, input]: Parameters<ReconciliationPorts["export"]>
): ReturnType<ReconciliationPorts["export"]> {
  const { bytes, ...file } = await exportTable(ctx, caller, input);
  return { ...file, base64: bytes.toString("base64") };
}
