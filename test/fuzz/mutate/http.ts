import type { Random } from '../../peers/random.ts';
import { mutateBytes, spliced } from './bytes.ts';
import { mutateJson } from './json.ts';
import { mutateText } from './text.ts';

const words = [
  ...[
    'content-length: 0',
    'content-length: 99999999999',
    'content-length: -1',
    'content-length: 1\r\ncontent-length: 2',
  ],
  ...[
    'transfer-encoding: chunked',
    'transfer-encoding: gzip, chunked',
    'content-encoding: gzip',
    'content-encoding: br',
  ],
  ...[
    'location: /',
    'location: http://@host@/v2/',
    'location: https://@host@/x',
    'location: file:///etc/passwd',
    'location: //',
    'location: \x1b[2J',
  ],
  ...[
    'www-authenticate: Basic realm="x"',
    'www-authenticate: Bearer',
    'www-authenticate: Bearer realm="http://@host@/token"',
  ],
  ...[
    'www-authenticate: Bearer realm="file:///x"',
    'www-authenticate: Negotiate',
    'docker-content-digest: sha256:0',
    'connection: close',
  ],
  ...[
    'content-range: bytes 5-9/10',
    'content-range: bytes */0',
    'content-type: text/html',
    'content-type: ',
    'range: 0-5',
    'etag: ""',
  ],
  ...[
    'HTTP/1.1 200 OK',
    'HTTP/1.1 206 Partial Content',
    'HTTP/1.1 301 Moved',
    'HTTP/1.1 304 Not Modified',
    'HTTP/1.1 401 No',
  ],
  ...[
    'HTTP/1.1 404 Not Found',
    'HTTP/1.1 416 Range',
    'HTTP/1.1 500 Broken',
    'HTTP/1.1 100 Continue',
    'HTTP/1.1 101 Switching',
    'HTTP/1.0 200 OK',
  ],
  ...[
    'HTTP/1.1 204 No Content',
    'HTTP/9.9 999 ?',
    '200',
    '401',
    '429',
    '503',
    '0\r\n\r\n',
    '\r\n',
    '\0',
    '\xff',
    'x'.repeat(20_000),
  ],
];

/** Breaks an answer in one place: its head, or its body, whose length is told right mostly. */
export function mutateAnswer(part: Buffer, dice: Random, other: Buffer): Buffer {
  const end = part.indexOf('\r\n\r\n', 0, 'latin1');
  const start = part.indexOf(0x0a) + 1;
  if (end < 0 || dice.chance(0.1)) return mutateBytes(part, dice, other, words);
  if (dice.chance(0.5)) {
    const head = mutateText(part.subarray(start, end), dice, other.subarray(other.indexOf(0x0a) + 1), words);
    return spliced(part, start, end - start, head);
  }
  const body = part.subarray(end + 4);
  const foreign = other.subarray(other.indexOf('\r\n\r\n', 0, 'latin1') + 4);
  const broken = body[0] === 0x7b ? mutateJson(body, dice, foreign) : mutateBytes(body, dice, foreign, words);
  const changed = Buffer.concat([part.subarray(0, end + 4), broken]);
  if (dice.chance(0.2)) return changed;
  return Buffer.from(
    changed.toString('latin1').replace(/content-length: \d+/, `content-length: ${broken.length}`),
    'latin1',
  );
}
