import { resolve } from "node:path";
import { checkBoundaries } from "./check-boundaries.ts";

const root = resolve(process.argv[2] ?? ".");
const broken = await checkBoundaries(root);
for (const line of broken) console.error(line);
process.exitCode = broken.length === 0 ? 0 : 1;
