// Bundles the program and the library into dist/: one file a command, dependencies included, nothing to download later.

import { execFileSync } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await build({
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
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod('dist/cli.js', 0o755);
if (!process.argv.includes('--quick')) {
  execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.types.json'], { stdio: 'inherit' });
}
