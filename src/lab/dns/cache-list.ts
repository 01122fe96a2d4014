/** What the recursive resolver remembers, as rows for a person: name, type, seconds left, what. */
import type { Recursor } from './recursor/recursor.ts';
import { formatRdata } from './wire/rdata.ts';
import { typeName } from './wire/record-types.ts';

export interface CachedRow {
  readonly name: string;
  /** `any` where the name as such does not exist. */
  readonly type: string;
  /** Seconds of the calendar. */
  readonly ttlLeft: number;
  readonly kind: 'records' | 'no-data' | 'nxdomain' | 'failure' | 'delegation';
  readonly secure: boolean;
  readonly values: readonly string[];
}

export function listCache({ cache, cuts }: Recursor): CachedRow[] {
  const rows: CachedRow[] = [];
  for (const { cut, left } of cuts.list()) {
    const values = cut.hosts.map(({ name, addresses }) => [name, ...addresses].join(' '));
    rows.push({
      name: cut.apex,
      type: 'NS',
      ttlLeft: left,
      kind: 'delegation',
      secure: cut.ds.length > 0,
      values,
    });
  }
  for (const { name, type, left, known } of cache.list()) {
    const shown = {
      name: name === '' ? '.' : name,
      type: type === 0 ? 'any' : typeName(type),
      ttlLeft: left,
    };
    if (known.kind === 'failure')
      rows.push({ ...shown, kind: 'failure', secure: false, values: [known.text] });
    else if (known.kind === 'none') {
      const kind = known.rcode === 'NXDOMAIN' ? 'nxdomain' : 'no-data';
      rows.push({ ...shown, kind, secure: known.security === 'secure', values: [] });
    } else {
      const { rdatas } = known.found.set;
      const values = rdatas.map((rdata) => formatRdata(type, rdata));
      rows.push({ ...shown, kind: 'records', secure: known.security === 'secure', values });
    }
  }
  return rows.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}
