/** The name of a file by where it is, as far as that tells one. */
export function baseNameOf(url: string | undefined, path: string | undefined): string | undefined {
  const address = url === undefined ? path?.replaceAll('\\', '/') : url.replace(/[?#].*$/s, '');
  const last = address?.slice(address.lastIndexOf('/') + 1);
  if (last === undefined || last === '') return undefined;
  return url === undefined ? last : decoded(last);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
