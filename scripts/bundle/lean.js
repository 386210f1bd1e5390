// What dependencies carry for uses that layertool does not make of them is left out of the bundle.

import { readFile } from 'node:fs/promises';

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
    // A title takes the place of the command line that ps shows, and that another layertool may show.
    onLoad({ filter: /\/meow\/build\/index\.js$/ }, async ({ path }) => ({
      contents: replaced(await readFile(path, 'utf8'), 'process.title = getProcessTitle(parsedOptions.pkg);', ''),
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

/** The two functions of bluebird that unzipper calls where it reads a directory, the only thing that it is used for. */
const promises = `
exports.props = async (object) => {
  const entries = Object.entries(object).map(async ([key, value]) => [key, await value]);
  return Object.fromEntries(await Promise.all(entries));
};
exports.mapSeries = async (list, work) => {
  const results = [];
  for (const item of list) results.push(await work(item));
  return results;
};
`;

/** unzipper can also write files and read from S3: it gets Node's own fs for the one, and nothing for the other. */
const leanUnzipper = {
  name: 'lean-unzipper',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(fs-extra|graceful-fs)$/ }, () => ({ path: 'node:fs', external: true }));
    onResolve({ filter: /^bluebird$/ }, () => ({ path: 'bluebird', namespace: 'lean' }));
    onLoad({ filter: /^bluebird$/, namespace: 'lean' }, () => ({ contents: promises }));
    onLoad({ filter: /\/unzipper\/lib\/Open\/directory\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, 'utf8');
      const called = new Set(Array.from(contents.matchAll(/Bluebird\.(\w+)/g), ([, name]) => name));
      // That of `map` is in what extracts files.
      if ([...called].sort().join() !== 'map,mapSeries,props')
        throw new Error('unzipper has changed: look at it again');
      return { contents };
    });
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

export const lean = [leanMeow, leanUnzipper, globalProcess];
