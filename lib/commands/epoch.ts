import { UsageError } from '../errors.ts';

/** SOURCE_DATE_EPOCH in seconds, where it is set (reproducible-builds.org/specs/source-date-epoch). */
export function sourceDateEpoch(): number | undefined {
  const text = process.env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return undefined;
  // The last second of the year 9999: what comes after has no date in a config (RFC 3339).
  if (!/^[0-9]{1,12}$/.test(text) || Number(text) > 253_402_300_799)
    throw new UsageError(`SOURCE_DATE_EPOCH is not a number of seconds: ${text}`);
  return Number(text);
}
