import type { EntityMetadata } from "@mikro-orm/core";
import {
  type IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type PrimitiveValueListNode,
  type QueryResult,
  type RootOperationNode,
  type UnknownRow,
  type ValueNode,
} from "kysely";

/** A column and the property that queries know it as; `read` turns what the driver gives into what the property holds. */
interface Column {
  name: string;
  property: string;
  read: ((value: unknown) => unknown) | undefined;
}

/**
 * Lets queries speak in properties over MikroORM's columns. MikroORM's own plugin maps its metadata anew for every result, which
 * costs more than the query; this one asks that a name means the same in every table, and throws when it does not.
 */
export function createColumnPlugin(entities: Iterable<EntityMetadata>): KyselyPlugin {
  const columns = readColumns(entities);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const transformer = new ColumnTransformer(new Map(columns.map(({ property, name }) => [property, name])));
  return {
    transformQuery: ({ node, queryId }: PluginTransformQueryArgs): RootOperationNode =>
      transformer.transformNode(node, queryId),
    async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
      if (result.rows.length === 0) return result;
      return { ...result, rows: result.rows.map((row) => readRow(row, byName)) };
    },
  };
}

function readColumns(entities: Iterable<EntityMetadata>): Column[] {
  const columns = new Map<string, Column>();
  for (const { props, tableName } of entities) {
    for (const { name: property, fieldNames, runtimeType, type } of props) {
      const column = { name: fieldNames[0] ?? property, property, read: readerOf(type, runtimeType) };
      const known = columns.get(column.name) ?? column;
      if (known.property !== property || known.read !== column.read) {
        throw new Error(`column ${tableName}.${column.name} is another thing in another table`);
      }
      columns.set(column.name, column);
    }
  }
  return [...columns.values()];
}

function readerOf(type: string, runtimeType: string): Column["read"] {
  if (type === "JsonType") return readJson;
  return runtimeType === "boolean" ? Boolean : undefined;
}

function readJson(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function readRow(row: UnknownRow, byName: ReadonlyMap<string, Column>): UnknownRow {
  const read: UnknownRow = {};
  for (const [name, value] of Object.entries(row)) {
    const column = byName.get(name);
    read[column?.property ?? name] = column?.read && value !== null ? column.read(value) : value;
  }
  return read;
}

class ColumnTransformer extends OperationNodeTransformer {
  readonly #nameOf: ReadonlyMap<string, string>;

  constructor(nameOf: ReadonlyMap<string, string>) {
    super();
    this.#nameOf = nameOf;
  }

  protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
    const name = this.#nameOf.get(node.name);
    return name === undefined || name === node.name ? node : { ...node, name };
  }

  protected override transformValue(node: ValueNode): ValueNode {
    return { ...node, value: writeValue(node.value) };
  }

  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    return { ...node, values: node.values.map(writeValue) };
  }
}

/** Neither driver takes a boolean or an object. */
function writeValue(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) ? JSON.stringify(value) : value;
}
