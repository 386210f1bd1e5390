import assert from 'node:assert/strict';
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { started } from '../command.ts';
import { noise } from '../entries.ts';
import { item, tar } from '../peers/layer.ts';
import { folder } from '../peers/tools.ts';
import { ociFiles } from './archive.ts';

/** More than pipes hold, so that the program waits for its reader in the midst of it. */
const large = tar({
  dialect: 'ustar',
  items: [item('file', 'noise', { content: noise(6_000_000, 3).toString('latin1') })],
});

for (const kind of ['a blob of a layout directory', 'a layer'] as const) {
  test(`${kind} that changes between the check and the packing does not get out`, async (t) => {
    const cwd = await folder(t);
    const layer = join(cwd, 'layer.tar');
    writeFileSync(layer, large);
    let changing = layer;
    for (const [name, content] of ociFiles([{ layers: [large] }])) {
      const path = join(cwd, 'layout', name);
      mkdirSync(dirname(path), { recursive: true });
      if (Buffer.isBuffer(content) && content.length === large.length && kind !== 'a layer') changing = path;
      writeFileSync(path, content as Buffer | string);
    }
    const words = kind === 'a layer' ? ['image', layer] : ['image', '--base', join(cwd, 'layout')];
    const { child, ended } = started(words);
    // The first bytes of the archive come when everything has been verified.
    await new Promise((resolve) => child.stdout.once('readable', resolve));
    writeSync(openSync(changing, 'r+'), 'changed', 5_000_000);
    child.stdout.resume();
    const { status, stderr } = await ended;
    assert.match(stderr, /^layertool image: .* changed while it was read\n$/);
    assert.equal(status, 1);
  });
}
