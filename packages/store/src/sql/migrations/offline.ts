import { fileURLToPath } from "node:url";
import { type Dialect, initOrm, type Orm, type OrmOptions } from "../orm.ts";

/** MikroORM on a dialect, not connected, that compares the schemas with the snapshot beside the migrations. */
export async function openOffline(dialect: Dialect, entities?: OrmOptions["entities"]): Promise<Orm> {
  const folder = fileURLToPath(new URL(`./${dialect}`, import.meta.url));
  return initOrm({
    url: dialect === "mysql" ? "mysql://offline/payhub" : "sqlite::memory:",
    overrides: {
      ...(entities && { entities }),
      migrations: {
        path: folder,
        pathTs: folder,
        snapshot: true,
        snapshotName: "snapshot",
        emit: "ts",
        fileName: (timestamp, name = "change") => `${timestamp}-${name.replaceAll("_", "-")}`,
      },
    },
  });
}
