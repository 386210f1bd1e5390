import { Readable } from 'node:stream';
import { squash } from '../../transforms/squash.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import type { Entry } from '../entries/entry.ts';
import { InputError, UsageError } from '../errors.ts';
import { blobs } from '../image/blob.ts';
import { isDirectory } from '../image/files.ts';
import { openBase } from '../image/open.ts';
import { type Platform, parsePlatform } from '../image/platform.ts';
import { closeInputs, type Input, openInputs } from '../inputs/input.ts';
import { reportImage } from '../inspect/image-report.ts';
import { imageJson, layerJson } from '../inspect/report-json.ts';
import { reportLayer } from '../inspect/layer-report.ts';
import { entryJson, lister } from '../inspect/listing.ts';
import { survey } from '../inspect/survey.ts';
import { imageText, layerText } from '../inspect/report-text.ts';
import { isImage } from '../image/recognition.ts';
import { type Place, streamOf } from '../bytes/place.ts';
import { placed } from '../inputs/seekable.ts';
import { pump } from '../streams/pump.ts';
import { each } from '../streams/map.ts';
import { unpack } from '../tar/unpack.ts';
import type { Command } from './command.ts';
import { openText } from './text-output.ts';

const flags = {
  json: { type: 'boolean', help: 'for programs; with --list an object a line' },
  list: { type: 'boolean', help: 'the entries of a layer, in the manner of tar tv' },
  platform: { type: 'string', value: 'OS/ARCH', help: 'pick from an image for several; linux/amd64 is the default' },
} as const;

export const command: Command<typeof flags> = {
  name: 'inspect',
  usage: '[--json] [--list] [--platform OS/ARCH] IMAGE|LAYER',
  about: `Shows what is inside an image: its platform and config, its layers with their sizes, the largest files, and what
later layers hide of earlier ones; or inside a layer. Everything is verified on the way, to the last byte.`,
  flags,
  examples: [
    'layertool inspect image.tar',
    'layertool inspect --list layer.tar.gz | grep usr/bin',
    "layertool inspect --json <(docker save app) | jq '.layers[].size'",
  ],
  async run(values, args) {
    const [path, ...more] = args;
    if (path === undefined) throw new UsageError('it needs an image or a layer');
    if (more.length > 0) throw new UsageError(`it takes one image or layer, not also ${more.join(' ')}`);
    const platform = values.platform === undefined ? undefined : parsePlatform(values.platform);
    const write = async (text: string): Promise<void> =>
      pump(Readable.from([Buffer.from(text)]), await openText(values.output));

    if (await isDirectory(path)) {
      if (values.list) throw notOneLayer(path);
      return write(await aboutImage(path, platform, values.json));
    }
    const inputs = await openInputs([path]);
    // An image is told from a layer by names that may come last, and its files are looked up by their names.
    const { places, close } = await placed(inputs, 'as it is').catch(async (error: unknown) => {
      await closeInputs(inputs);
      throw error;
    });
    try {
      const place = places[0]!;
      // The headers of a compressed one can be had only by reading all of it.
      const known = compressionAt(place) === 'none' && isImage(place);
      const report = known ? undefined : await reportLayer(place);
      if (report === undefined || report.isImage) {
        if (values.list) throw notOneLayer(place.name);
        await write(await aboutImage(inputAt(place), platform, values.json));
      } else if (platform !== undefined) {
        throw new InputError(place.name, 'is a layer, which is for no platform');
      } else if (values.list) {
        await list(place, values.json, await openText(values.output));
      } else {
        await write(values.json ? layerJson(report) : layerText(report));
      }
    } finally {
      await close();
      await closeInputs(inputs);
    }
  },
};

async function aboutImage(from: Input | string, platform: Platform | undefined, json: boolean): Promise<string> {
  const store = blobs();
  try {
    const opened = await openBase(from, platform, store);
    try {
      const surveyed = await survey(opened.image.layers);
      try {
        await pump(Readable.from(surveyed.layers), squash(), surveyed.sink());
        const report = reportImage(opened, surveyed);
        return json ? imageJson(report) : imageText(report);
      } finally {
        await surveyed.close();
      }
    } finally {
      await opened.close();
    }
  } finally {
    await store.close();
  }
}

async function list(layer: Place, json: boolean, output: NodeJS.WritableStream): Promise<void> {
  const line = json ? entryJson : lister();
  const lines = each((entry: Entry): Buffer => {
    if (entry.body instanceof Readable) entry.body.destroy();
    return Buffer.from(line(entry.header));
  });
  await pump(streamOf(layer), decompress(layer.name).stream, unpack(layer.name), lines, output);
}

/** What was a pipe can be read again now. */
function inputAt(place: Place): Input {
  return {
    name: place.name,
    place,
    bytes: () => streamOf(place),
    unchanged: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function notOneLayer(name: string): InputError {
  return new InputError(name, 'is an image, and --list is for a layer', 'without --list it tells of all layers');
}
