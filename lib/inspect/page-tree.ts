import { toText } from '../entries/names.ts';
import { printable } from '../errors.ts';
import type { FileOfImage } from './survey.ts';

/** A file or a directory of the map: its name, bytes, and layer where it is a file, or what is in it. */
export type MapNode =
  | readonly [name: string, size: number, layer: number]
  | readonly [name: string, size: number, content: readonly MapNode[]];

interface Folder {
  size: number;
  readonly folders: Map<string, Folder>;
  readonly files: { name: string; size: number; layer: number }[];
}

/** What is smaller than this part of the image is told together with its neighbours: it has no pixel of its own. */
const LEAST_PART = 1 / 20_000;

const folder = (): Folder => ({ size: 0, folders: new Map(), files: [] });

/** Gathers the files of an image, in the order of their paths, into the map that a page shows. */
export function fileMap(): { see(file: FileOfImage): void; root(): MapNode } {
  const root = folder();
  return {
    see({ path, size, layer }) {
      const parts = path.split('/');
      const name = parts.pop() ?? '';
      let at = root;
      at.size += size;
      for (const part of parts) {
        let next = at.folders.get(part);
        if (next === undefined) {
          next = folder();
          at.folders.set(part, next);
        }
        at = next;
        at.size += size;
      }
      if (size > 0) at.files.push({ name, size, layer });
    },
    root: () => ['/', root.size, contentOf(root, root.size * LEAST_PART)],
  };
}

/** Largest first; of equal ones by name. What is too small is one node for each layer. */
function contentOf({ folders, files }: Folder, least: number): MapNode[] {
  const nodes: MapNode[] = [];
  const small = new Map<number, { size: number; count: number }>();
  for (const { name, size, layer } of files) {
    if (size >= least) {
      nodes.push([printable(toText(name)), size, layer]);
      continue;
    }
    const { size: sum, count } = small.get(layer) ?? { size: 0, count: 0 };
    small.set(layer, { size: sum + size, count: count + 1 });
  }
  for (const [name, inner] of folders) {
    if (inner.size === 0) continue;
    const title = `${printable(toText(name))}/`;
    const content = contentOf(inner, least);
    const [only] = content;
    // A folder with nothing but a folder is one with it.
    if (content.length === 1 && only !== undefined && typeof only[2] !== 'number') {
      nodes.push([title + only[0], only[1], only[2]]);
    } else nodes.push([title, inner.size, content]);
  }
  for (const [layer, { size, count }] of small)
    nodes.push([count === 1 ? '1 small file' : `${count} small files`, size, layer]);
  return nodes.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
