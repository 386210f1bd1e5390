/*
 * layertool as a library: makes some layers and an image in the folder that it is started in, and pushes the image where a
 * reference is given.
 *
 *   node library.js [localhost:5000/greeting:1]
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  buildImage,
  contentOf,
  directoryEntries,
  drop,
  type Entry,
  type Flow,
  flow,
  gather,
  header,
  mapEach,
  openImage,
  pack,
  pump,
  pushImage,
  readLayer,
  unpack,
  withHeader,
  writeLayer,
} from 'layertool';
import { extract, pack as packTar } from 'tar-stream';

await mkdir('site/drafts', { recursive: true });
await writeFile('site/index.html', '<h1>Hello</h1>\n');
await writeFile('site/drafts/next.html', '<h1>Soon</h1>\n');
const { digest } = await writeLayer(directoryEntries('site'), 'site.tar');
console.log(`site.tar is ${digest}`);

// Drop what matches from a layer. What nobody reads is given up, so that the layer can go on.
const withoutDrafts = mapEach((entry: Entry) => {
  if (!entry.header.name.startsWith('drafts/')) return entry;
  drop(entry);
  return undefined;
});
await pump(createReadStream('site.tar'), unpack('site.tar'), withoutDrafts, pack(), createWriteStream('published.tar'));

// A transform of one's own: it reads the small files, changes them, and adds one more at the end.
function stamp(text: string): Flow<Entry, Entry> {
  return flow<Entry, Entry>(
    async function* (entries) {
      let count = 0;
      for await (const entry of entries) {
        if (!entry.header.name.endsWith('.html')) {
          yield entry;
          continue;
        }
        const page = await gather(contentOf(entry.body), 1024 * 1024, entry.header.name);
        const stamped = Buffer.concat([page, Buffer.from(`<!-- ${text} -->\n`)]);
        yield { ...withHeader(entry, { size: stamped.length }), body: stamped };
        count++;
      }
      const body = Buffer.from(`${count} pages stamped\n`);
      yield { header: header({ name: 'stamps.txt', type: 'file', mode: 0o644, size: body.length }), body };
    },
    { from: 'objects', to: 'objects' },
  );
}
await pump(readLayer('published.tar'), stamp('by layertool'), pack(), createWriteStream('stamped.tar'));

// An image of a layer, read again: its config, its layers, a file in it.
await pump(
  buildImage({ layers: ['stamped.tar'], config: { entrypoint: ['/serve'] }, tags: ['greeting:1'] }),
  createWriteStream('image.tar'),
);
const image = await openImage('image.tar');
const page = await image.find('/index.html');
console.log(`${image.name} has ${image.layers.length} layer, and index.html in it has ${page?.header.size} bytes`);
await image.close();

// tar-stream's entries into a layer …
const notes = packTar();
notes.entry({ name: 'notes.txt' }, 'written by tar-stream\n');
notes.finalize();
await writeLayer(readLayer(Readable.from(notes)), 'notes.tar');

// … and a layer into tar-stream's entries.
const extraction = extract();
createReadStream('notes.tar').pipe(extraction);
for await (const entry of extraction) {
  console.log(`tar-stream reads ${entry.header.name}`);
  entry.resume();
}

// A directory as an image in a registry, without a file in between.
const [, , reference] = process.argv;
if (reference !== undefined) {
  const signal = AbortSignal.timeout(60_000);
  const pushed = await pushImage(buildImage({ layers: [directoryEntries('site')], signal }), reference, { signal });
  console.log(`pushed ${pushed.reference}`);
}
