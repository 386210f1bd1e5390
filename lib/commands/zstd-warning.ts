/** Warns of zstd layers in a docker archive. */
export function zstdWarning(format: 'docker' | 'oci', say: (text: string) => void): void {
  if (format === 'docker') say('zstd layers in a docker archive: docker before 23 does not read them');
}
