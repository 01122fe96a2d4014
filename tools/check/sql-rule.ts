/**
 * Holds the SQL rule: SQL text stands in `src/store` alone, and SQL never asks the time. Times are parameters,
 * so that the calendar may run fast; only leases use the database's clock, in the files named here.
 */
import { lineAt, type Findings, type SourceFile } from './source-tree.ts';
import { scan } from './typescript-scan.ts';

/** Files whose SQL may read the database's clock: a lease must mean the same to every process. */
export const LEASE_FILES: readonly string[] = [
  'src/store/queue/claim-text.ts',
  'src/store/queue/claim.ts',
  'src/store/certificates/lease.ts',
  'src/store/doctor/round.ts',
];

const ASKS_THE_TIME =
  /\bnow\s*\(\s*\)|\b(?:clock|statement|transaction)_timestamp\s*\(\s*\)|\btimeofday\s*\(|\b(?:current_(?:timestamp|date|time)|localtime(?:stamp)?)\b|'now'/gi;

/** What a statement begins with, all in one case: prose begins with one capital. */
const STATEMENT =
  /^\s*(?:(?:select\s[^]*?\sfrom|insert\s+into|update\s+[\w.]+\s+set|delete\s+from|with\s+\w+\s+as|create\s+(?:unique\s+)?(?:table|index|schema)|alter\s+table|drop\s+table|lock\s+table|copy\s+\w+\s+(?:from|to))[\s(]|(?:SELECT\s[^]*?\sFROM|INSERT\s+INTO|UPDATE\s+[\w.]+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|ALTER\s+TABLE)\s)/;

/** Breaches in TypeScript files below `src/`; tests may write SQL, but it may not ask the time either. */
export function sqlInCodeFindings(files: readonly SourceFile[]): Findings {
  return files.flatMap((file) => {
    const inStore = file.path.startsWith('src/store/');
    if (!file.path.startsWith('src/')) return [];
    return scan(file.text).strings.flatMap(({ start, text }) => {
      const where = `${file.path}:${lineAt(file.text, start)}`;
      if (!inStore) {
        const outside = STATEMENT.test(text) && !file.path.endsWith('.test.ts');
        return outside ? [`${where}: SQL text stands in src/store alone`] : [];
      }
      if (LEASE_FILES.includes(file.path)) return [];
      return [...text.matchAll(ASKS_THE_TIME)].map(
        (match) => `${where}: SQL asks the time (${match[0]}); a time is a parameter`,
      );
    });
  });
}

/** Breaches in migrations and other `.sql` files: no default of time, no function that asks it. */
export function sqlFileFindings(files: readonly SourceFile[]): Findings {
  return files.flatMap((file) =>
    LEASE_FILES.includes(file.path)
      ? []
      : [...withoutSqlComments(file.text).matchAll(ASKS_THE_TIME)].map(
          (match) =>
            `${file.path}:${lineAt(file.text, match.index)}: ${match[0]}: SQL has no time of its own`,
        ),
  );
}

/** Comments turned to spaces, offsets kept. */
function withoutSqlComments(sql: string): string {
  return sql.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
}
