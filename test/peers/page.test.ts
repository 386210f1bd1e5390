import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openPage } from './browser.ts';
import { bash, folder, peers, root } from './tools.ts';

/** Names that would be markup, a script, or the end of one. */
const hostile = [
  '</script><script>window.broken=1</script>',
  '<img src=x onerror="window.broken=2">',
  'a\'b"c&amp;d',
  '\u202egnp',
];

test('inspect --html: a page with bars, a map that is zoomed, and nothing from elsewhere, in a real browser', async (t) => {
  if (!peers(t, 'chromium', 'bash')) return;
  const cwd = await folder(t);
  const file = (path: string, size: number): void => {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    writeFileSync(join(cwd, path), Buffer.alloc(size, 'x'));
  };
  for (let at = 1; at <= 40; at++) file(`base/usr/lib/library-${at}.so`, at * 4000);
  file('base/usr/share/doc/changelog', 300_000);
  file('base/usr/bin/program', 700_000);
  const metadata = ['Metadata-Version: 2.1', 'Name: demo', `Version: 1.0${hostile[1]}`, 'License: MIT', ''].join('\n');
  mkdirSync(join(cwd, 'base/usr/lib/python3/dist-packages/demo-1.0.dist-info'), { recursive: true });
  writeFileSync(join(cwd, 'base/usr/lib/python3/dist-packages/demo-1.0.dist-info/METADATA'), metadata);
  for (const [at, name] of hostile.entries()) file(`app/srv/${at}/${name.replaceAll('/', '∕')}`, 90_000 + at);
  const image = `layertool image -t 'shop/service:2.4' <(layertool dir base) <(layertool dir app) \
    <(layertool filter --whiteout usr/share/doc) -l '${hostile[0]}=${hostile[1]}' --created-by '${hostile[0]}' -o image.tar`;
  await bash(
    `${image}; layertool inspect --html image.tar -o page.html; layertool inspect --html - < image.tar > again.html`,
    { cwd },
  );
  const text = readFileSync(join(cwd, 'page.html'), 'utf8');
  assert.equal(text, readFileSync(join(cwd, 'again.html'), 'utf8'));
  assert.doesNotMatch(text, /(?:src|href|url|import)\s*[=(]\s*["']?(?:https?:)?\/\//, 'nothing is loaded');

  const page = await openPage(t, join(cwd, 'page.html'));
  assert.equal(await page.evaluate('document.title'), 'docker.io/shop/service:2.4');
  assert.equal(await page.evaluate('typeof window.broken'), 'undefined');
  assert.equal(await page.evaluate(`document.querySelectorAll('main img, main script').length`), 0);
  assert.equal(await page.evaluate(`document.querySelectorAll('.layers li').length`), 3);
  const files = Number(await page.evaluate(`document.querySelectorAll('#map .file').length`));
  assert.ok(files >= 40, `${files} files`);
  assert.ok(
    String(await page.evaluate(`document.querySelector('#hidden').textContent`)).includes('usr/share/doc/changelog'),
  );
  const packages = String(await page.evaluate(`document.querySelector('#packages').textContent`));
  assert.match(packages, /pypi 1 package/);
  assert.match(packages, /1demo1\.0/);
  assert.ok(String(await page.evaluate(`document.querySelector('#config').textContent`)).includes(hostile[0]!));

  // No box leaves the map, and together they fill it.
  const outside = `[...document.querySelectorAll('#map div')].map((box) => box.getBoundingClientRect())
    .filter((box) => { const map = document.getElementById('map').getBoundingClientRect();
      return box.right > map.right + 1 || box.bottom > map.bottom + 1 || box.left < map.left - 1; }).length`;
  assert.equal(await page.evaluate(outside), 0);

  const crumbs = `[...document.querySelectorAll('#crumbs button')].map((button) => button.textContent)`;
  const folderNamed = (name: string): string =>
    `[...document.querySelectorAll('#map .folder')].find((box) => box.textContent === ${JSON.stringify(name)})`;
  assert.deepEqual(await page.evaluate(crumbs), ['all files']);
  await page.evaluate(`${folderNamed('usr/')}.click()`);
  await page.evaluate(`${folderNamed('lib/')}.click()`);
  assert.deepEqual(await page.evaluate(crumbs), ['all files', 'usr/', 'lib/']);
  assert.equal(await page.evaluate(`document.querySelectorAll('#map .file').length`), 40);
  await page.evaluate(`dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))`);
  assert.deepEqual(await page.evaluate(crumbs), ['all files', 'usr/']);
  await page.evaluate(`document.querySelector('#crumbs button').click()`);
  assert.deepEqual(page.complaints, []);

  const picture = await page.screenshot();
  assert.equal(picture.toString('latin1', 1, 4), 'PNG');
  assert.ok(picture.length > 20_000, 'there is something to be seen');
  writeFileSync(join(root, 'build/page.png'), picture);
});

test('inspect --html of a layer says what to do, and stands alone', async (t) => {
  const cwd = await folder(t);
  mkdirSync(join(cwd, 'site'));
  const run = async (line: string): Promise<string> =>
    (await bash(`${line} 2>&1 || echo "status $?"`, { cwd })).stdout.toString();
  await bash('layertool dir site -o layer.tar', { cwd });
  assert.equal(
    await run('layertool inspect --html layer.tar'),
    'layertool inspect: layer.tar: is a layer, and --html shows images\n' +
      'hint: layertool image layer.tar | layertool inspect --html -\nstatus 1\n',
  );
  assert.match(
    await run('layertool inspect --html --json layer.tar'),
    /^layertool inspect: --html stands alone.*\nstatus 2\n$/,
  );
});
