import { sizeText } from '../bytes/size.ts';
import { toText } from '../entries/names.ts';
import { printable } from '../errors.ts';
import { isObject, type Json, textAt } from '../image/json.ts';
import { type ImageReport, type LayerOfImage, runConfig } from './image-report.ts';
import type { LayerReport } from './layer-report.ts';

/** The bar of the largest layer, in characters. */
const BAR = 20;

/** As much of what made a layer as a line holds. */
const HISTORY = 60;

type Row = readonly [name: string, value: string];

/** An image as text for a person. */
export function imageText(report: ImageReport): string {
  const { layers, size, largest, hidden } = report;
  const lines = [...table(aboutImage(report)), '', `${counted(layers.length, 'layer')}, ${sizeText(size)}`];
  const biggest = Math.max(1, ...layers.map((layer) => layer.size));
  for (const [at, layer] of layers.entries()) lines.push('', ...layerLines(layer, at + 1, biggest));
  const files = (list: typeof largest): string[] =>
    list.map((file) => `${sizeText(file.size).padStart(10)}  layer ${file.layer}  ${toText(file.path)}`);
  if (largest.length > 0) lines.push('', 'largest files', ...files(largest));
  if (hidden.length > 0) lines.push('', 'largest files hidden by later layers', ...files(hidden));
  return `${lines.join('\n')}\n`;
}

/** What is told of an image as a whole, made safe for a terminal. */
export function aboutImage(report: ImageReport): Row[] {
  const { name, digest, id, platform, platforms, config, annotations } = report;
  const others = platforms.filter((other) => other !== platform);
  const rows: Row[] = [
    ...(name === undefined ? [] : [['image', printable(name)] as const]),
    ...(digest === undefined ? [] : [['digest', digest] as const]),
    ['id', id],
    ['platform', printable(others.length === 0 ? platform : `${platform} (--platform picks: ${others.join(', ')})`)],
  ];
  for (const key of ['created', 'author']) {
    const text = textAt(config, key);
    if (text !== undefined) rows.push([key, printable(text)]);
  }
  for (const [key, value] of Object.entries(runConfig(report))) {
    // What is empty says nothing.
    if (value === null || value === '' || value === false) continue;
    for (const text of values(key, value)) rows.push([words(key), printable(text)]);
  }
  for (const [key, value] of Object.entries(annotations)) rows.push(['annotation', printable(`${key}=${value}`)]);
  return rows;
}

/** A value as lines: of lists of things one each, while a command is one thing. */
function values(key: string, value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && key === 'Env') return value.map(String);
  if (isObject(value) && key === 'Labels')
    return Object.entries(value).map(([name, text]) => `${name}=${String(text)}`);
  if (isObject(value) && (key === 'ExposedPorts' || key === 'Volumes')) return [Object.keys(value).join(', ')];
  return [JSON.stringify(value)];
}

/** `ExposedPorts` is two words for a person. */
function words(key: string): string {
  return printable(key.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase());
}

function layerLines(layer: LayerOfImage, number: number, biggest: number): string[] {
  const { digest, compression, size, entries, content, hidden, history } = layer;
  const bar = '#'.repeat(Math.max(size > 0 ? 1 : 0, Math.round((size / biggest) * BAR)));
  const stored = compression === 'none' ? '' : `, ${compression}`;
  const lines = [
    `${String(number).padStart(3)}  ${bar.padEnd(BAR)} ${sizeText(size).padStart(9)}  ${digest}`,
    `     ${counted(entries, 'entry', 'entries')}, ${sizeText(content)} of files${stored}`,
  ];
  const by = textAt(history, 'created_by')?.replace(/\s+/g, ' ').trim();
  if (by) lines.push(`     ${printable(by.length > HISTORY ? `${by.slice(0, HISTORY - 1)}…` : by)}`);
  if (hidden.entries > 0) {
    lines.push(`     later layers hide ${counted(hidden.entries, 'file')} of it, ${sizeText(hidden.bytes)}`);
  }
  return lines;
}

/** A layer as text for a person. */
export function layerText(report: LayerReport): string {
  const { digest, diffId, compression, size, unpackedSize, entries, content, largest } = report;
  const count = [...entries].map(([type, number]) => `${number} ${type}`).join(', ');
  const packed: Row[] = [
    ['digest', digest],
    ['size', `${size} bytes`],
  ];
  const plain: Row[] = [
    ['diff_id', diffId],
    ['unpacked', `${unpackedSize} bytes`],
  ];
  const rows: Row[] = [
    ...packed,
    ['compression', compression],
    ...(compression === 'none' ? [] : plain),
    ['entries', count === '' ? 'none' : count],
    ['content', sizeText(content)],
  ];
  const files = largest.map((file) => `${sizeText(file.size).padStart(10)}  ${toText(file.path)}`);
  return `${[...table(rows), ...(files.length > 0 ? ['', 'largest files', ...files] : [])].join('\n')}\n`;
}

/** A name once, and its values below each other. */
function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value], at) => `${(rows[at - 1]?.[0] === name ? '' : name).padEnd(width)}  ${value}`);
}

export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
