/**
 * Reads the test list of the UASG (see SOURCE.md): one CSV file per role, quoted cells (RFC 4180), a byte order mark.
 */
import { readFileSync } from 'node:fs';

export type EaiRole = 'MTA' | 'MSA' | 'MDA' | 'MSP' | 'MUA';

export type EaiCase = {
  /** `EAI-MTA-001` */
  readonly id: string;
  readonly summary: string;
  readonly expected: string;
  readonly classification: 'Required' | 'Advisory';
};

export function readEaiCases(role: EaiRole): EaiCase[] {
  const csv = readFileSync(new URL(`./${role}.csv`, import.meta.url), 'utf8').replace(/^\ufeff/, '');
  const [head, ...rows] = readRows(csv);
  if (head?.[0] !== 'Test ID') throw new Error(`${role}.csv does not start with its column names`);
  return rows.map((row) => ({
    id: row[0]!,
    summary: row[1]!,
    expected: row[4]!,
    classification: row[5] as EaiCase['classification'],
  }));
}

function readRows(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? bare!);
    if (end === ',') continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  return rows;
}
