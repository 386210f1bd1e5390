import type { Header } from '../entries/entry.ts';

const XATTR = 'SCHILY.xattr.';
const LIBARCHIVE = 'LIBARCHIVE.xattr.';

/** Records besides xattrs that say something of the file and not of how it was archived. */
const meaningful = new Set(['SCHILY.acl.access', 'SCHILY.acl.default', 'SCHILY.fflags', 'RHT.security.selinux']);

/**
 * The header of the same file whoever archived it: of the PAX records only those that mean something remain, and
 * xattrs have one spelling. Times of access and change go, since GNU tar writes them in one format and not in another.
 */
export function canonical(header: Header): Header {
  if (header.pax.size === 0) return header;
  const pax = new Map<string, string>();
  for (const [key, value] of header.pax) {
    if (key.startsWith(LIBARCHIVE)) {
      const name = XATTR + percentDecoded(key.slice(LIBARCHIVE.length));
      // A key ends at its first =: such a name has no other spelling.
      if (name.includes('=')) pax.set(key, value);
      else if (!header.pax.has(name)) pax.set(name, Buffer.from(value, 'base64').toString('latin1'));
    } else if (key.startsWith(XATTR) || meaningful.has(key)) {
      pax.set(key, value);
    }
  }
  return { ...header, pax };
}

/** bsdtar writes the bytes of an xattr's name that could not stand in a key as %XX. */
function percentDecoded(name: string): string {
  return name.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
