import { resolve } from "node:path";
import { checkDocReferences } from "./check-doc-references.ts";

const missing = checkDocReferences(resolve(process.argv[2] ?? "."));
for (const line of missing) console.error(line);
process.exitCode = missing.length === 0 ? 0 : 1;
