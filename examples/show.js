// Prints what an image archive holds: show.js ARCHIVE. Sizes and digests are those of the bytes in it.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';

const [archive = ''] = process.argv.slice(2);
const found = new Map();

await pipeline(createReadStream(archive), extract(), async (entries) => {
  for await (const entry of entries) {
    const hash = createHash('sha256');
    const small = [];
    for await (const chunk of entry) {
      hash.update(chunk);
      if (entry.header.size < 2 ** 20) small.push(chunk);
    }
    found.set(entry.header.name, { size: entry.header.size, digest: hash.digest('hex'), bytes: Buffer.concat(small) });
  }
});

const json = (name) => JSON.parse(found.get(name).bytes);
const [{ Config, Layers, RepoTags }] = json('manifest.json');
const config = json(Config);

console.log(`${archive}: ${RepoTags?.join(', ') ?? 'untagged'}, ${config.os}/${config.architecture}`);
console.log(`  image  ${row(found.get(Config))}`);
for (const name of Layers) console.log(`  layer  ${row(found.get(name))}`);

function row({ size, digest }) {
  return `${size.toLocaleString('en').padStart(13)} bytes  sha256:${digest}`;
}
