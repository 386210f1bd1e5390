// Bundles the program and the library into dist/: one file a command, dependencies included, nothing to download later.

import { execFileSync } from 'node:child_process';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * meow carries a reader of package.json, with the tables of all licenses, which runs as soon as meow is loaded and takes
 * longer than meow itself. layertool gives it its package: what is not used is marked so that the bundle leaves it out.
 */
const leanMeow = {
  name: 'lean-meow',
  setup({ onLoad }) {
    onLoad({ filter: /\/meow\/build\/options\.js$/ }, async ({ path }) => ({
      contents: replaced(
        await readFile(path, 'utf8'),
        "import { a as readPackageUpSync, n as normalizePackageData } from './dependencies.js';",
        'const readPackageUpSync = () => undefined;\nconst normalizePackageData = () => {};',
      ),
    }));
    onLoad({ filter: /\/meow\/build\/dependencies\.js$/ }, async ({ path }) => ({
      contents: replaced(
        replaced(
          await readFile(path, 'utf8'),
          /^((?:var|const) \S+ = )(?=(?:require|getDefault)\S*\()/gm,
          '$1/* @__PURE__ */ ',
        ),
        'promisify(execFile);',
        '',
      ),
    }));
  },
};

/**
 * An import of node:process reads every property of the process, and so opens its standard streams, which layertool
 * leaves alone, and loads what they need. The global is the same object.
 */
const globalProcess = {
  name: 'global-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?process$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'process', namespace: 'global' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'global' }, () => ({ contents: 'export default process;' }));
  },
};

/** Another version of meow may read otherwise, and is to be looked at. */
function replaced(text, what, by) {
  const result = text.replace(what, by);
  if (result === text) throw new Error(`meow has changed: ${what} is not in it`);
  return result;
}

/** What the packages that are bundled want to be said of them, in the order of their names. */
async function licenses(inputs) {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    texts.push(`${'='.repeat(80)}\n${name} ${version} (${license})\n`);
    for (const file of (await readdir(folder)).sort()) {
      if (/^(licen[cs]e|notice|copying)/i.test(file)) texts.push(await readFile(`${folder}/${file}`, 'utf8'));
    }
    // meow bundles packages of its own.
    if (name === 'meow') texts.push(await readFile(`${folder}/build/licenses.md`, 'utf8'));
  }
  return texts.map((text) => `${text.trim()}\n`).join('\n');
}

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
  plugins: [leanMeow, globalProcess],
  minifyWhitespace: true,
  // All licenses are in one file.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
await chmod('dist/cli.js', 0o755);
await writeFile('dist/LICENSES.txt', await licenses(Object.keys(metafile.inputs)));
if (!process.argv.includes('--quick')) {
  execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.types.json'], { stdio: 'inherit' });
}
