import { lean } from './lean.js';

/** How esbuild bundles layertool, whatever is made of it. */
export const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // unzipper can read from S3 where the application has its client; layertool does not.
  external: ['@aws-sdk/client-s3'],
  plugins: lean,
  minify: true,
  // Without them nobody could read where an error comes from.
  keepNames: true,
  // All licenses are in one file.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};
