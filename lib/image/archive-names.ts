import { ARCHIVE_LINKS } from '../bytes/limits.ts';
import type { Header } from '../entries/entry.ts';
import { components, fromText, toText } from '../entries/names.ts';
import { InputError } from '../errors.ts';

/** What an archive's names stand for. Links lead to other names of the archive, and nowhere else. */
export interface ArchiveNames<T> {
  /** A name that comes again replaces what it stood for, as it would when extracted. */
  add(header: Header, file: T): void;
  find(path: string): T | undefined;
}

/** @param input the archive's name, for errors */
export function archiveNames<T>(input: string): ArchiveNames<T> {
  const byPath = new Map<string, { readonly file: T } | { readonly link: string }>();
  return {
    add({ name, type, linkname }, file) {
      const path = components(name);
      if (path === undefined || path.length === 0) return;
      const key = path.join('/');
      if (type === 'file') byPath.set(key, { file });
      else if (type === 'link') byPath.set(key, { link: linkname });
      else if (type === 'symlink') byPath.set(key, { link: `${path.slice(0, -1).join('/')}/${linkname}` });
    },
    find(path) {
      let name = components(fromText(path))?.join('/') ?? '';
      for (let links = 0; links <= ARCHIVE_LINKS; links++) {
        const item = byPath.get(name);
        if (item === undefined || 'file' in item) return item?.file;
        name = components(item.link)?.join('/') ?? '';
      }
      throw new InputError(input, `${toText(name)} is a link that leads nowhere`);
    },
  };
}
