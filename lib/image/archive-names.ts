import type { Header } from '../entries/entry.ts';
import { InputError } from '../errors.ts';
import { components, fromText, toText } from '../entries/names.ts';

/** As many links as are followed from a name to its file. */
const LINK_LIMIT = 8;

/** What an archive's names stand for. Links lead to other names of the archive, and nowhere else. */
export interface Names<T> {
  /** A name that comes again replaces what it stood for, as it would when extracted. */
  add(header: Header, file: T): void;
  find(path: string): T | undefined;
}

/** @param input the name to complain under */
export function names<T>(input: string): Names<T> {
  const found = new Map<string, { readonly file: T } | { readonly link: string }>();
  return {
    add({ name, type, linkname }, file) {
      const path = components(name);
      if (path === undefined || path.length === 0) return;
      const key = path.join('/');
      if (type === 'file') found.set(key, { file });
      else if (type === 'link') found.set(key, { link: linkname });
      else if (type === 'symlink') found.set(key, { link: `${path.slice(0, -1).join('/')}/${linkname}` });
    },
    find(path) {
      let name = components(fromText(path))?.join('/') ?? '';
      for (let links = 0; links <= LINK_LIMIT; links++) {
        const at = found.get(name);
        if (at === undefined || 'file' in at) return at?.file;
        name = components(at.link)?.join('/') ?? '';
      }
      throw new InputError(input, `${toText(name)} is a link that leads nowhere`);
    },
  };
}
