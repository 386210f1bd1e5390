// Bundles the program and the library into dist/: one file a command, dependencies included, nothing to download later.

import { chmod, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { lean } from './bundle/lean.js';
import { licenses } from './bundle/licenses.js';
import { types } from './bundle/types.js';

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['cli.ts', 'index.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  // unzipper can read from S3 where the application has its client; layertool does not.
  external: ['@aws-sdk/client-s3'],
  // The dependencies in CommonJS ask for Node's modules by require.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  plugins: lean,
  minify: true,
  // Without them nobody could read where an error comes from.
  keepNames: true,
  // All licenses are in one file.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
await chmod('dist/cli.js', 0o755);
await writeFile('dist/LICENSES.txt', await licenses(Object.keys(metafile.inputs)));
if (!process.argv.includes('--quick')) types();
