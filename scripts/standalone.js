// Makes build/standalone/layertool: one executable with Node and all that layertool needs, for the platform of this Node
// (Node's single executable applications).

import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { inject } from 'postject';
import { bundling } from './bundle/bundling.js';
import { licenses } from './bundle/licenses.js';

const FOLDER = 'build/standalone';
const [script, config, blob] = ['layertool.cjs', 'sea.json', 'layertool.blob'].map((name) => `${FOLDER}/${name}`);

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const { metafile } = await build({
  ...bundling,
  entryPoints: ['cli.ts'],
  outfile: script,
  // The one form that Node runs from inside an executable in all versions.
  format: 'cjs',
  // Inside an executable only require finds the modules of Node.
  supported: { 'dynamic-import': false },
  // meow wants to know which module calls it, and does nothing with it.
  define: { 'import.meta': '{"url":"file:///layertool"}' },
});
await writeFile(
  config,
  JSON.stringify({ main: script, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true }),
);
execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] });

// It appears when it is whole.
const unfinished = `${FOLDER}/unfinished`;
await copyFile(process.execPath, unfinished);
await inject(unfinished, 'NODE_SEA_BLOB', await readFile(blob), {
  // The place in Node's binary where it looks whether it has something in it.
  sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
});
await rename(unfinished, `${FOLDER}/layertool`);
await writeFile(`${FOLDER}/LICENSES.txt`, await licenses(Object.keys(metafile.inputs)));
for (const file of [script, config, blob]) await rm(file);
