import manifest from '../../package.json' with { type: 'json' };
import { cyclonedxText } from '../bills/cyclonedx.ts';
import { inventory, itemsIn } from '../bills/inventory.ts';
import { spdxText } from '../bills/spdx.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import { drop } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { toText } from '../entries/names.ts';
import { InputError, UsageError } from '../errors.ts';
import { type LayerReading, withRead } from '../image/read-layers.ts';
import { imageReport } from '../inspect/image-report.ts';
import { entryJson, lister } from '../inspect/listing.ts';
import { imagePage } from '../inspect/page.ts';
import { fileMap } from '../inspect/page-tree.ts';
import { imageJson, layerJson } from '../inspect/report-json.ts';
import { imageText, layerText } from '../inspect/report-text.ts';
import { reportImage, subjectOf } from '../inspect/subject.ts';
import { type Survey, surveying } from '../inspect/survey.ts';
import { pump } from '../streams/pump.ts';
import { byteSource, placeSource, source } from '../streams/source.ts';
import { unpack, unpackPlace } from '../tar/unpack.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { lines } from './lines.ts';
import { depfileFlag, platformFlag, readPlatform } from './shared-flags.ts';

const flags = {
  json: { type: 'boolean', help: 'for programs; with --list an object a line' },
  html: { type: 'boolean', help: 'a page for a browser: layers, a map of all files, the config' },
  list: { type: 'boolean', help: 'the entries of a layer, in the manner of tar tv' },
  sbom: {
    type: 'string',
    value: 'FORMAT',
    choices: ['spdx', 'cyclonedx'],
    help: 'a bill of materials instead: SPDX 2.3 or CycloneDX 1.6, as JSON',
  },
  platform: platformFlag,
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'inspect',
  usage: '[--json] [--html] [--list] [--sbom FORMAT] [--platform OS/ARCH] IMAGE|LAYER',
  about: `Shows what is inside an image: its platform and config, its layers with their sizes, the largest files, and what
later layers hide of earlier ones; or inside a layer. Everything is verified on the way, to the last byte.

With --sbom it lists the packages instead: those of Debian, Alpine, Python, Go and Node, with the layer that brought each.`,
  flags,
  examples: [
    'layertool inspect image.tar',
    'layertool inspect --html image.tar > image.html',
    'layertool inspect --list layer.tar.gz | grep usr/bin',
    "layertool inspect --json <(docker save app) | jq '.layers[].size'",
    'layertool inspect --sbom spdx -o app.spdx.json image.tar',
  ],
  async run(values, args) {
    const [path, ...more] = args;
    if (path === undefined) throw new UsageError('it needs an image or a layer');
    if (more.length > 0) throw new UsageError(`it takes one image or layer, not also ${more.join(' ')}`);
    const { json, html, list, sbom } = values;
    if (html && (json || list)) throw new UsageError('--html stands alone, without --json or --list');
    if (sbom !== undefined && (json || list || html)) {
      throw new UsageError('--sbom stands alone, without --json, --list or --html');
    }
    const platform = readPlatform(values.platform);
    const created = sourceDateEpoch() ?? 0;
    await job('inspect', values, { paths: [{ image: path }], writes: 'text' }, async ({ inputs, output, say }) => {
      const { name } = inputs[0]!;
      const warn = (file: string, problem: string): void => say(`${name}: ${toText(file)} ${problem}`);
      if (sbom !== undefined) {
        const inside = await inventory(inputs[0]!, platform, warn);
        const bill = { ...inside, created, tool: manifest.version };
        const text = sbom === 'spdx' ? spdxText(bill) : cyclonedxText(bill);
        await pump(
          source(text),
          lines((part: string) => part),
          output,
        );
        return;
      }
      const subject = await subjectOf(inputs[0]!);
      try {
        if (subject.kind === 'image') {
          const { input } = subject;
          if (list) {
            const hint = 'without --list it tells of all layers';
            throw new InputError(input.name, 'is an image, and --list is for a layer', hint);
          }
          if (html) {
            const files = fileMap();
            const begin = (): LayerReading<Survey> => surveying(files.see);
            const page = await withRead(input, platform, begin, async (opened, told) => {
              // A second reading: both at once would keep two indexes.
              const items = await itemsIn(opened.image.layers, warn);
              return imagePage(imageReport(opened, told), files.root(), items);
            });
            await pump(byteSource([Buffer.from(page)]), output);
            return;
          }
          const report = await reportImage(input, platform);
          await pump(byteSource([Buffer.from(json ? imageJson(report) : imageText(report))]), output);
          return;
        }
        const { place, report } = subject;
        if (html) {
          const hint = `layertool image ${path} | layertool inspect --html -`;
          throw new InputError(place.name, 'is a layer, and --html shows images', hint);
        }
        if (platform !== undefined) throw new InputError(place.name, 'is a layer, which is for no platform');
        if (list) {
          const line = json ? entryJson : lister();
          const listed = lines((entry: Entry): string => {
            drop(entry);
            return line(entry.header);
          });
          // What is not compressed has been verified: its headers are enough.
          if (compressionAt(place) === 'none') await pump(unpackPlace(place), listed, output);
          else await pump(placeSource(place), decompress(place.name).stream, unpack(place.name), listed, output);
          return;
        }
        await pump(byteSource([Buffer.from(json ? layerJson(report) : layerText(report))]), output);
      } finally {
        await subject.close();
      }
    });
  },
};
