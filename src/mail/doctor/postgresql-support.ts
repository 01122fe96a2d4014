/** Until when each major version of PostgreSQL gets corrections, by its policy: five years from its release. */

/** The last day, by https://www.postgresql.org/support/versioning/. */
const LAST_DAYS: Readonly<Record<string, string>> = {
  '13': '2025-11-13',
  '14': '2026-11-12',
  '15': '2027-11-11',
  '16': '2028-11-09',
  '17': '2029-11-08',
  '18': '2030-11-14',
};

/** `2027-11-11`; undefined of a version that is newer than this list. */
export function supportedUntil(version: string): string | undefined {
  return LAST_DAYS[version.split('.', 1)[0]!];
}
