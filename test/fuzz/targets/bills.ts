import { cyclonedxText } from '../../../lib/bills/cyclonedx.ts';
import { inventory } from '../../../lib/bills/inventory.ts';
import { spdxText } from '../../../lib/bills/spdx.ts';
import { placeInput } from '../../../lib/inputs/input.ts';
import { file, layer, nodeInfo, status, wheelInfo } from '../../bills/layers.ts';
import { goProgram } from '../../bills/programs.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { mutateText } from '../mutate/text.ts';
import { placeOf } from '../scratch.ts';
import type { Target } from '../target.ts';

const NAME = 'layer.tar';
const modules = 'path\tx.test/a\nmod\tx.test/a\t(devel)\t\ndep\tx.test/b/v2\tv2.0.0\n=>\tx.test/c\tv1.0.0\n';
const bill =
  '{"bomFormat":"CycloneDX","components":[{"type":"library","name":"z","version":"1","purl":"pkg:rpm/a/z@1"}]}';
const info = 'lib/site-packages/w-1.dist-info';

/** The files that a sample is, by the places where they stand. */
const places: readonly (readonly [path: string, content: string | Buffer])[] = [
  ['var/lib/dpkg/status', status(['a+b', '1:2~3'], ['c', '1', 'Source: d (2)\nMaintainer: N <n@x>\n'])],
  [
    'lib/apk/db/installed',
    'C:Q1\nP:m\nV:1-r0\nA:x86_64\nL:GPL-2.0-only WITH Classpath-exception-2.0\no:n\nm:N <n@x>\n\n',
  ],
  [`${info}/METADATA`, 'Metadata-Version: 2.1\nName: w\nVersion: 1\nLicense: MIT or so\nAuthor: "A" <a@x>\n\ntext\n'],
  [`${info}/direct_url.json`, '{"url":"https://u:p@x.test/w.git","vcs_info":{"vcs":"git","commit_id":"ab"}}'],
  [`${info}/sboms/a.cdx.json`, bill],
  ['node_modules/@s/n/package.json', '{"name":"@s/n","version":"1.0.0","license":"MIT","author":{"name":"A"}}'],
  ['bin/inline', goProgram('go1.22', modules)],
  ['bin/pointers', goProgram('go1.16', modules, { form: 'pointers', sections: false })],
  ['etc/os-release', 'ID=debian\nVERSION_ID="12"\n'],
];

const words = [
  ...['Package: ', 'Version: ', 'Status: ', 'P:', 'V:', 'Name: ', '"name":', '"version":', '"purl":', '"components":['],
  ...[
    '\x1b[31m',
    '\x7f',
    '\x9b',
    '\xc2\x9b',
    '\xe2\x80\xae',
    '\xff',
    '\0',
    '\\u001b',
    '\\ud800',
    '__proto__',
    'mod\t',
    'dep\t',
    '=>\t./x\t',
  ],
  ...[
    '\xff Go buildinf:',
    '\xff\xff\xff\xff',
    '\x7fELF',
    'MIT',
    ' OR ',
    '(',
    'LicenseRef-x',
    'pkg:npm/x@1',
    'sha256',
    '\n\n',
  ],
];

/** Whatever the files say, a bill comes out that is JSON, names each package once, and moves no cursor. */
export const bills: Target = {
  name: 'bills',
  quick: 80,
  limit: 2000,
  size: 16 * 1024,
  seeds: () => [places.map(([, content]) => Buffer.from(content))],
  mutate: (part, dice, other) => mutateText(part, dice, other, words),
  async run(sample) {
    const files = sample.map((content, at) => file(places[at]?.[0] ?? `x${at}`, content));
    const input = placeInput(
      placeOf(layer(...files, wheelInfo('a', 'fixed', '1'), nodeInfo('b', 'fixed', '1.0.0')), NAME),
    );
    const done = await outcomeOf(() => inventory(input, undefined, () => {}), [NAME]);
    if ('refusal' in done) return done.refusal;
    const { items } = done.value;
    for (const purl of ['pkg:pypi/fixed@1', 'pkg:npm/fixed@1.0.0']) {
      if (!items.some((item) => item.purl === purl)) throw new Broken('a package is lost', purl);
    }
    if (new Set(items.map(({ purl }) => purl)).size < items.length) throw new Broken('a package is told twice');
    for (const write of [spdxText, cyclonedxText]) {
      const text = [...write({ ...done.value, created: 0, tool: '1' })].join('');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
      if (/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(text)) throw new Broken('a control character is told');
      JSON.parse(text, (_key, value: unknown) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
        if (typeof value === 'string' && /[\x00-\x1f\x7f-\x9f]/.test(value))
          throw new Broken('a value has a control character');
        return value;
      });
    }
    return `taken ${items.length}`;
  },
};
