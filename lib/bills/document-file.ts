import { contentOf, gather } from '../entries/body.ts';
import { FormatError, InputError } from '../errors.ts';
import { isObject, type JsonObject, parseJson } from '../image/json.ts';
import { type Reading, unread } from './package.ts';
import type { PackageFile } from './reader.ts';

/** The bytes of a small file. */
export function bytesOf({ body, size, path }: PackageFile): Promise<Buffer> {
  return gather(contentOf(body), size, path);
}

/** A JSON object; what is none is a FormatError. */
export async function objectIn(file: PackageFile): Promise<JsonObject> {
  try {
    const json = parseJson(withoutMark(await bytesOf(file)), file.path, '');
    if (isObject(json)) return json;
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== undefined) throw error;
    throw new FormatError(error.problem.trim(), { cause: error });
  }
  throw new FormatError('is not a JSON object');
}

/** Some editors put a byte order mark in front. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf' ? bytes.subarray(3) : bytes;
}

/** What a file tells; what is wrong in it is told instead. */
export async function toldBy(read: () => Promise<Reading>): Promise<Reading> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FormatError) return unread(error.message);
    throw error;
  }
}
