import { defineConfig } from "tsdown";

export default defineConfig({
  entry: "src/index.ts",
  tsconfig: "tsconfig.build.json",
  platform: "node",
  target: "node20",
  fixedExtension: false,
  dts: true,
  // The contract gives only types, and the compiler writes those out where createPayhubClient returns them.
  deps: { neverBundle: [/^@payhub\//] },
  treeshake: { moduleSideEffects: false },
});
