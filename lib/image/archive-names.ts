import { ARCHIVE_LINKS } from '../bytes/limits.ts';
import type { Header } from '../entries/entry.ts';
import { cleanPath, fromText, toText } from '../entries/names.ts';
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
      const key = cleanPath(name);
      if (!key) return;
      if (type === 'file') byPath.set(key, { file });
      else if (type === 'link') byPath.set(key, { link: linkname });
      else if (type === 'symlink') byPath.set(key, { link: `${key.slice(0, key.lastIndexOf('/') + 1)}/${linkname}` });
    },
    find(path) {
      let name = cleanPath(fromText(path)) ?? '';
      for (let links = 0; links <= ARCHIVE_LINKS; links++) {
        const item = byPath.get(name);
        if (item === undefined || 'file' in item) return item?.file;
        name = cleanPath(item.link) ?? '';
      }
      throw new InputError(input, `${toText(name)} is a link that leads nowhere`);
    },
  };
}
