// Bundles the program and the library into dist/: one file a command, dependencies included, nothing to download later.

import { chmod, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundling } from './bundle/bundling.js';
import { licenses } from './bundle/licenses.js';
import { types } from './bundle/types.js';

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  ...bundling,
  entryPoints: ['cli.ts', 'index.ts'],
  outdir: 'dist',
  splitting: true,
  format: 'esm',
  chunkNames: 'chunks/[name]-[hash]',
  // The dependencies in CommonJS ask for Node's modules by require.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
});
await chmod('dist/cli.js', 0o755);
await writeFile('dist/LICENSES.txt', await licenses(Object.keys(metafile.inputs)));
if (!process.argv.includes('--quick')) types();
