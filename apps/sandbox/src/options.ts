import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the command line asked for. */
export interface SandboxOptions {
  /** Make the round trip once and end. */
  once: boolean;
  /** Print one line of JSON instead of the timeline. */
  json: boolean;
  oneCent: boolean;
  /** The api's port; the simulators and the phone page take the next three. */
  portBase: number;
  /** Where keys and books are kept over a restart. */
  dataDir: string;
}

const DEFAULT_PORT_BASE = 7400;
const PORTS = 4;

export const USAGE = `usage: npm run sandbox -- [options]
  --once              make one payment from the order to the event, then end; exit 0 only if it was really made
  --json              print one line of JSON with every address and the demo credentials
  --one-cent on|off   ask the channels for one fen whatever the amount (default on)
  --port-base N       api on port N, simulators and phone page on the next three (default ${DEFAULT_PORT_BASE})
  --data-dir DIR      keys and books (default .payhub/sandbox)
  --help`;

/** Reads the command line; throws an `Error` with the usage when it cannot be read, undefined when help was asked for. */
export function readOptions(args: readonly string[], root: string): SandboxOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const portBase = Number(values["port-base"]);
  if (!/^\d+$/.test(values["port-base"]) || portBase < 1024 || portBase + PORTS > 65_536) {
    throw new Error(`--port-base is a port number from 1024 to ${65_536 - PORTS}\n${USAGE}`);
  }
  if (values["one-cent"] !== "on" && values["one-cent"] !== "off") throw new Error(`--one-cent is on or off\n${USAGE}`);
  return {
    once: values.once,
    json: values.json,
    oneCent: values["one-cent"] === "on",
    portBase,
    dataDir: resolve(root, values["data-dir"]),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        "one-cent": { type: "string", default: "on" },
        "port-base": { type: "string", default: String(DEFAULT_PORT_BASE) },
        "data-dir": { type: "string", default: ".payhub/sandbox" },
      },
    }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}
