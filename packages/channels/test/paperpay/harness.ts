import type { Scene, SceneInput } from "@payhub/domain";
import type {
  AtCounter,
  ChannelHarness,
  ContractCallbackFault,
  ContractFault,
  Operation,
} from "../contract/harness.ts";
import { openMailbox } from "../mailbox.ts";
import type { CallbackFault } from "../paperpay-peer/callbacks.ts";
import { type PaperFault, type PaperpayPeer, startPaperpay } from "../paperpay-peer/peer.ts";

const OPERATIONS: Readonly<Record<Operation, string>> = {
  create: "charge",
  query: "order",
  close: "close",
  cancel: "cancel",
  refund: "refund",
  refund_query: "refund-order",
};

/** Puts Paper Pay's peer behind the contract's harness. */
export async function openPaperpay(): Promise<ChannelHarness> {
  let advancedMs = 0;
  const now = () => Date.now() + advancedMs;
  const peer = await startPaperpay({ now, wireNow: () => Date.now() });
  const mailbox = await openMailbox();
  const { credentials, nextKey, books } = peer;
  return {
    credentials,
    successor: { ...credentials, key: nextKey },
    secrets: [credentials.key, nextKey],
    notifyUrl: (attemptNo) => mailbox.urlOf(attemptNo),
    fault: ({ operation, attemptNo, fault }) =>
      peer.fault({ operation: OPERATIONS[operation], orderNo: attemptNo, fault: faultOf(fault) }),
    callbackFault: ({ attemptNo, fault }) => peer.callbackFault(attemptNo, callbackFaultOf(fault)),
    calls: (attemptNo) => peer.calls(attemptNo).length,
    input: (scene, payer) => inputOf(peer, scene, payer),
    follow: async (action) => {
      if (action.type !== "show_qr") throw new Error(`a payer cannot follow "${action.type}"`);
      peer.scan(action.codeUrl);
      return action.codeUrl;
    },
    scan: (code) => peer.scan(code),
    pay: (code) => peer.pay(code),
    confirm: (authCode) => peer.confirm(authCode),
    refuse: (authCode) => books.refuse(authCode),
    refundFate: ({ attemptNo, fate }) => {
      if (fate !== "not_enough") throw new Error(`Paper Pay knows no refund that is ${fate}`);
      books.withoutFunds.add(attemptNo);
    },
    kept: (attemptNo) => books.kept(attemptNo),
    now,
    advance: (ms) => {
      advancedMs += ms;
    },
    spoilBill: ({ billKind, businessDay }) => peer.bills.spoil(billKind === "trade" ? "trade" : "flow", businessDay),
    notifications: (attemptNo, count) => mailbox.caught(attemptNo, count),
    async stop() {
      await peer.stop();
      await mailbox.close();
    },
  };
}

function inputOf({ books }: PaperpayPeer, scene: Scene, { password = false, balance }: AtCounter = {}): SceneInput {
  if (scene === "qr") return { scene };
  if (scene !== "barcode") throw new Error(`Paper Pay has no scene ${scene}`);
  const authCode = books.payerCode({ password, balance: balance !== "not_enough" });
  return { scene, authCode, storeNo: "S001" };
}

function faultOf(fault: ContractFault): PaperFault {
  switch (fault.kind) {
    case "timeout_after_commit":
    case "timeout_before_commit":
    case "bad_signature":
    case "unsigned":
      return { kind: fault.kind };
    case "drop":
    case "status":
      return fault;
    case "unknown_result":
      return { kind: "busy" };
    case "stale_timestamp":
    case "unknown_serial":
    case "probe":
      throw new Error(`Paper Pay cannot do ${fault.kind}`);
  }
}

function callbackFaultOf(fault: ContractCallbackFault): CallbackFault {
  if (fault === "probe") throw new Error("Paper Pay sends no probes");
  return fault;
}
