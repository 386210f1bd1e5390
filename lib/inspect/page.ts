import { createHash } from 'node:crypto';
import { sizeText } from '../bytes/size.ts';
import { toText } from '../entries/names.ts';
import { printable } from '../errors.ts';
import { textAt } from '../image/json.ts';
import type { ImageReport, LayerOfImage } from './image-report.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import type { MapNode } from './page-tree.ts';
import { aboutImage, counted } from './report-text.ts';
import type { FileOfImage } from './survey.ts';

/*
 * An image as one page: nothing is loaded from anywhere, and what is in the image comes out as text, whatever it says.
 * The policy allows this script and this style and nothing else (Content Security Policy Level 3, 2.3.1).
 */

/** Markup that may stand in a page as it is. */
type Markup = { readonly markup: string };

const raw = (markup: string): Markup => ({ markup });

/** Markup with values in it: what is not markup itself is escaped. */
function html(parts: TemplateStringsArray, ...values: (string | number | Markup | readonly Markup[])[]): Markup {
  const text = (value: string | number | Markup | readonly Markup[]): string => {
    if (typeof value === 'string' || typeof value === 'number') return escaped(`${value}`);
    return 'markup' in value ? value.markup : value.map(text).join('');
  };
  return raw(parts.reduce((page, part, at) => page + text(values[at - 1] ?? '') + part));
}

function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return printable(text).replace(/[&<>"']/g, (character) => names[character] ?? '');
}

/** JSON that may stand in an element: nothing in it ends the element, or begins another one. */
function data(value: unknown): Markup {
  return raw(
    JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A package that an image has inside. */
export interface PackageOfImage {
  /** A package URL, whose type says what kind of package it is. */
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  /** The layer that brought it, from 1. */
  readonly layer: { readonly number: number };
}

/** @param files what is seen of all layers, of the root */
export function imagePage(report: ImageReport, files: MapNode, packages: readonly PackageOfImage[]): string {
  const { name, id, platform, size, layers, largest, hidden } = report;
  const title = name ?? id;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${hash(pageScript)}; base-uri 'none'; form-action 'none'`;
  const wasted = layers.reduce((sum, layer) => sum + layer.hidden.bytes, 0);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<div class="facts"><span><b>${sizeText(size)}</b> in ${counted(layers.length, 'layer')}</span><span><b>${sizeText(files[1])}</b> of files</span><span><b>${sizeText(wasted)}</b> hidden</span><span>${platform}</span></div>
</header>
<section id="layers">
<h2>Layers</h2>
${layers.length === 0 ? html`<p class="dim">There are none.</p>` : layerBars(layers, size)}
</section>
<section id="map-of-files">
<h2>Files</h2>
<nav id="crumbs" aria-label="Where the map is"></nav>
<div id="map"><noscript>The map of files is drawn by a script.</noscript></div>
</section>
<div class="pair">
<section id="largest">
<h2>Largest files</h2>
${fileTable(largest)}
</section>
<section id="hidden">
<h2>Largest files hidden by later layers</h2>
${fileTable(hidden)}
</section>
</div>
<section id="packages">
<h2>Packages</h2>
${packageLists(packages)}
</section>
<section id="config">
<h2>Config</h2>
<table>
${aboutImage(report).map(
  ([key, value]) => html`<tr><td class="key">${key}</td><td class="mono">${value}</td></tr>
`,
)}</table>
</section>
<footer>layertool inspect --html</footer>
</main>
<script type="application/json" id="files">${data(files)}</script>
<script>${raw(pageScript)}</script>
</body>
</html>
`.markup;
}

/** As in the map. */
function hueOf(layer: number): number {
  return (205 + (layer - 1) * 47) % 360;
}

function layerBars(layers: readonly LayerOfImage[], size: number): Markup {
  const biggest = Math.max(1, ...layers.map((layer) => layer.size));
  const strip = layers.map((layer, at) => {
    const share = ((layer.size / Math.max(1, size)) * 100).toFixed(3);
    return html`<span class="of-layer" style="--hue:${hueOf(at + 1)};flex-basis:${share}%" title="layer ${at + 1}, ${sizeText(layer.size)}"></span>`;
  });
  return html`<div class="strip">${strip}</div>
<ol class="layers">
${layers.map((layer, at) => layerRow(layer, at + 1, biggest))}</ol>`;
}

function layerRow(layer: LayerOfImage, number: number, biggest: number): Markup {
  const { digest, compression, size, entries, content, hidden, history } = layer;
  const width = (size / biggest) * 100;
  const gone = content === 0 ? 0 : width * Math.min(1, hidden.bytes / content);
  const part = (share: number, kind: string): Markup =>
    html`<span class="of-layer ${kind}" style="--hue:${hueOf(number)};width:${share.toFixed(3)}%"></span>`;
  const by = textAt(history, 'created_by')?.replace(/\s+/g, ' ').trim() ?? '';
  const more = [
    counted(entries, 'entry', 'entries'),
    `${sizeText(content)} of files`,
    ...(compression === 'none' ? [] : [compression]),
    ...(hidden.entries === 0
      ? []
      : [`later layers hide ${counted(hidden.entries, 'file')}, ${sizeText(hidden.bytes)}`]),
  ];
  return html`<li><span class="number of-layer" style="--hue:${hueOf(number)}">${number}</span><span class="bar">${part(width - gone, 'seen')}${part(gone, 'gone')}</span><span class="size">${sizeText(size)}</span><span class="about"><code class="by">${by}</code><span class="dim">${more.join(' · ')}</span><br><code class="dim">${digest}</code></span></li>
`;
}

/** As many of a kind are seen without a click. */
const SHOWN = 25;

function packageLists(packages: readonly PackageOfImage[]): Markup | readonly Markup[] {
  if (packages.length === 0) return html`<p class="dim">There are none that layertool knows.</p>`;
  const byKind = new Map<string, PackageOfImage[]>();
  for (const item of packages) {
    const kind = /^pkg:([^/]+)\//.exec(item.purl)?.[1] ?? 'other';
    byKind.set(kind, [...(byKind.get(kind) ?? []), item]);
  }
  return Array.from(byKind, ([kind, items]) => {
    const rows = items.map(
      ({ name, version, layer: { number } }) =>
        html`<tr><td class="layer"><span class="number of-layer" style="--hue:${hueOf(number)}">${number}</span></td><td class="mono">${name}</td><td class="mono">${version}</td></tr>
`,
    );
    return html`<details${raw(items.length <= SHOWN ? ' open' : '')}><summary><b>${kind}</b> <span class="dim">${counted(items.length, 'package')}</span></summary>
<table>
${rows}</table>
</details>
`;
  });
}

function fileTable(files: readonly FileOfImage[]): Markup {
  if (files.length === 0) return html`<p class="dim">There are none.</p>`;
  const rows = files.map(
    ({
      path,
      layer,
      size,
    }) => html`<tr><td class="size">${sizeText(size)}</td><td><span class="number of-layer" style="--hue:${hueOf(layer)}">${layer}</span></td><td class="mono">${toText(path)}</td></tr>
`,
  );
  return html`<table>
${rows}</table>`;
}
