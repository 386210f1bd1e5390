/** Whether a word is a requirement (PEP 508) and not the name of a file. */
export function isRequirement(word: string): boolean {
  const name = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
  const versions = '[<>=!~]=?=?[^/\\s]+';
  const pattern = new RegExp(`^${name}\\s*(?:\\[[^\\]/]*\\])?\\s*(?:${versions}|@\\s*\\S+)?$`);
  return pattern.test(word) && (word.includes('@') || !word.endsWith('.whl'));
}
