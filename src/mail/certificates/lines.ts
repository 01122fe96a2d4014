/** Each set of names with the certificate it has and the order made last for it, and when the next is due. */
import { certificateOrders, type StoredOrder } from '#store/certificates/orders';
import { currentCertificates, type StoredCertificate } from '#store/certificates/certificates';
import { certificateRequests } from '#store/certificates/requests';
import type { Pool } from '#store/database/open';
import { wantedNames } from './wanted-names.ts';

export interface Line {
  /** Sorted. */
  readonly names: readonly string[];
  /** Whether it is ordered and renewed; an imported one is, when its time comes. */
  readonly isWanted: boolean;
  readonly certificate: StoredCertificate | undefined;
  readonly order: StoredOrder | undefined;
}

export interface LinesOf {
  readonly pool: Pool;
  readonly hostname: string;
  readonly published: () => Promise<readonly string[]>;
  /** Names of the certificate in files. */
  readonly covered: () => readonly string[];
}

/** Those that are wanted first, the host's own name before them. */
export async function readLines({
  pool,
  hostname,
  published,
  covered,
}: LinesOf): Promise<readonly Line[]> {
  const [requested, names, certificates, orders] = await Promise.all([
    certificateRequests(pool),
    published(),
    currentCertificates(pool),
    certificateOrders(pool),
  ]);
  const byNames = <T extends { readonly names: readonly string[] }>(rows: readonly T[]) =>
    new Map(rows.map((row) => [row.names.join(' '), row] as const));
  const held = byNames(certificates);
  const made = byNames(orders);
  const imported = certificates.flatMap((one) => (one.origin === 'imported' ? [one.names] : []));
  const wanted = wantedNames({
    hostname,
    published: names,
    requested: [...requested, ...imported],
    covered: covered(),
  });
  const others = certificates
    .map((one) => one.names)
    .filter((one) => !wanted.some((set) => set.join(' ') === one.join(' ')));
  const line = (isWanted: boolean) => (set: readonly string[]) => ({
    names: set,
    isWanted,
    certificate: held.get(set.join(' ')),
    order: made.get(set.join(' ')),
  });
  return [...wanted.map(line(true)), ...others.map(line(false))];
}

/**
 * When the keeper is to order for a line that is wanted. Calendar milliseconds; 0: at once.
 * @param directory of the authority that the settings name
 */
export function dueAt(line: Pick<Line, 'certificate' | 'order'>, directory: string): number {
  return Math.max(renewAt(line, directory), line.order?.nextAt ?? 0);
}

/** One of another authority (that for tests, say) is not waited with until it ends. */
function renewAt({ certificate }: Pick<Line, 'certificate'>, directory: string): number {
  if (certificate === undefined) return 0;
  return certificate.origin === 'acme' && certificate.directory !== directory
    ? 0
    : certificate.renewAt;
}

export type Decision =
  | { readonly kind: 'order' }
  | { readonly kind: 'leave' }
  /** Somebody asked, and it is too early: calendar milliseconds. */
  | { readonly kind: 'not-due' | 'rate-limited'; readonly at: number };

export interface ByHand {
  readonly directory: string;
  readonly force: boolean;
  readonly now: number;
}

/**
 * Whether somebody who asks for a line gets an order. Who asks by hand need not wait as the keeper does after a failure,
 * unless it was the authority that said so.
 */
export function decideByHand(line: Line, { directory, force, now }: ByHand): Decision {
  const { order } = line;
  if (force) return { kind: 'order' };
  const until = order?.nextAt ?? 0;
  if (order?.failure?.['cause'] === 'rateLimited' && until > now) {
    return { kind: 'rate-limited', at: until };
  }
  const at = renewAt(line, directory);
  return at > now ? { kind: 'not-due', at } : { kind: 'order' };
}
