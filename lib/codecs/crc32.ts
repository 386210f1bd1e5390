import * as zlib from 'node:zlib';

/** The CRC-32 of gzip and zip, continued from an earlier one. */
export const crc32: (bytes: Uint8Array, from?: number) => number = zlib.crc32 ?? byTable;

// Node has it since 20.15.
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function byTable(bytes: Uint8Array, from = 0): number {
  let value = ~from;
  for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 0xff]!;
  return ~value >>> 0;
}
