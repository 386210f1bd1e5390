import { UsageError } from '../errors.ts';

/** A value of --attach. */
export interface AttachedPath {
  readonly path: string;
  /** The media type before the path, where there is one. */
  readonly type: string | undefined;
}

/** The types that media types have (RFC 6838, section 4.2): other words before an `=` are the start of a path. */
const TYPED =
  /^((?:application|audio|chemical|example|font|haptics|image|message|model|multipart|text|video)\/[^=]*)=(.*)$/s;

/** RFC 6838, section 4.2, "restricted-name". */
const SUBTYPE = /^[a-z]+\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;

/** Reads FILE or TYPE=FILE. */
export function readAttach(text: string): AttachedPath {
  const [, type, path = text] = TYPED.exec(text) ?? [];
  if (type !== undefined && !SUBTYPE.test(type)) {
    throw new UsageError(`--attach: ${JSON.stringify(type)} is not a media type`, '--attach text/plain=notes.txt');
  }
  if (path === '') throw new UsageError('--attach needs a file', '--attach sbom.json, or TYPE=FILE');
  return { path, type };
}
