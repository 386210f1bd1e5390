/** The registry's own words (OCI distribution specification, Error Codes), as far as they fit into a line. */
export function reasonIn(body: string): string {
  try {
    const { errors }: { errors?: unknown } = JSON.parse(body);
    if (!Array.isArray(errors)) return '';
    const words = errors.flatMap((error: unknown) => {
      if (typeof error !== 'object' || error === null) return [];
      const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
      const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
      return [[code, message].filter((word) => word !== '').join(', ')];
    });
    return words.join('; ').slice(0, 300);
  } catch {
    return '';
  }
}
