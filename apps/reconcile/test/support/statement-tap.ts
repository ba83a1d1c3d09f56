import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A moment in what a process says to its database. */
export interface Moment {
  /** What the run is at, as it last told the database. */
  stage: string;
  /** Which statement of that stage, the first being the one that tells of it. */
  statement: number;
  /** Before the database hears the statement, after it has answered and the process has not heard that, or while all goes on. */
  side: "before" | "after" | "meanwhile";
}

/** A relay in front of a database, which knows what stage a run is at. */
export interface StatementTap {
  /** The database's address with the relay's host and port. */
  url: string;
  /** How many statements each stage took so far. */
  statements: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const STAGE = /update `reconciliation_run` set .*`stage` = '(\w+)'/;

/** Opens a relay to the database at `url`; at the moment, if one is given, `onMoment` is called and nothing goes through any more, unless all goes on. */
export async function tapStatements(
  url: string,
  { moment, onMoment = () => {} }: { moment?: Moment; onMoment?: () => void } = {},
): Promise<StatementTap> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  let stage = "before";
  let isOver = false;

  function isMoment(statement: string): boolean {
    stage = STAGE.exec(statement)?.[1] ?? stage;
    const count = counts.get(stage) ?? 0;
    counts.set(stage, count + 1);
    return moment?.stage === stage && moment.statement === count;
  }

  function end(): void {
    isOver = true;
    onMoment();
  }

  function relay(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname);
    let endsAtAnswer = false;
    client.on("data", (chunk) => {
      if (isOver) return;
      const isNow = isMoment(chunk.toString("latin1"));
      if (isNow && moment?.side === "before") return end();
      if (isNow && moment?.side === "meanwhile") onMoment();
      endsAtAnswer ||= isNow && moment?.side === "after";
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (isOver) return;
      if (endsAtAnswer) end();
      else client.write(chunk);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }

  const server = createServer(relay);
  await once(server.listen(0, "127.0.0.1"), "listening");
  target.hostname = "127.0.0.1";
  const tapped = new URL(target);
  tapped.port = String((server.address() as AddressInfo).port);
  return {
    url: tapped.href,
    statements: counts,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
