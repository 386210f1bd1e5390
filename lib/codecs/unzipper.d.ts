/** The part of unzipper that is used here, as it is in 0.12. */
declare module 'unzipper' {
  import type { Readable } from 'node:stream';

  interface File {
    readonly path: string;
    readonly pathBuffer: Buffer;
    readonly isUnicode: boolean;
    readonly flags: number;
    readonly compressionMethod: number;
    readonly lastModifiedDate: number;
    readonly lastModifiedTime: number;
    readonly crc32: number;
    readonly compressedSize: number;
    readonly uncompressedSize: number;
    readonly externalFileAttributes: number;
    readonly offsetToLocalFileHeader: number;
  }

  interface Directory {
    readonly files: readonly File[];
  }

  interface Source {
    size(): Promise<number>;
    stream(offset: number, length?: number): Readable;
  }

  export const Open: { custom(source: Source, options: { tailSize: number }): Promise<Directory> };
}
