/** TLS handshakes that clients broke off, counted by their network: read from the event log, bounded however many there are. */
import type { Queryable } from '#store/query/queryable';

/** Events that are looked at, the newest: a flood makes the answer no dearer. */
const MOST = 100_000;

export interface BrokenHandshakes {
  /** An IPv4 /24, or an IPv6 /64. */
  readonly network: string;
  readonly failed: number;
  /** Addresses of the network that did it. */
  readonly addresses: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly listeners: readonly string[];
  /** What was said last. */
  readonly reason: string;
  /** Messages that came in from there in the same time under TLS, and without it. */
  readonly underTls: number;
  readonly inClear: number;
}

/** The network with the most first. @param since calendar milliseconds */
export async function brokenHandshakes(
  db: Queryable,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<BrokenHandshakes[]> {
  const { rows } = await db.query({
    text: `
      with failed as (
        select at, fields, (personal->>'client')::inet as client from (
          select at, fields, personal from events
          where type = 'session.handshake-failed' and at >= $1 and personal->>'client' ~ '^[0-9a-fA-F:.]+$'
          order by at desc limit ${MOST}) e),
      peers as (
        select ${networkOf('client')} as network, count(*)::integer as failed, count(distinct client)::integer as addresses,
          min(at) as "firstAt", max(at) as "lastAt", array_agg(distinct fields->>'listener') as listeners,
          (array_agg(fields->>'reason' order by at desc))[1] as reason
        from failed group by 1 order by failed desc, network limit $2),
      received as (
        select ${networkOf('client')} as network, tls from (
          select (personal->>'client')::inet as client, fields->>'tls' as tls from events
          where type = 'message.received' and at >= $1 and personal->>'client' ~ '^[0-9a-fA-F:.]+$'
          order by at desc limit ${MOST}) e)
      select p.network::text as network, p.failed, p.addresses, p."firstAt", p."lastAt", p.listeners, p.reason,
        count(r.tls)::integer as "underTls", count(*) filter (where r.network is not null and r.tls is null)::integer as "inClear"
      from peers p left join received r on r.network = p.network
      group by p.network, p.failed, p.addresses, p."firstAt", p."lastAt", p.listeners, p.reason
      order by p.failed desc, p.network`,
    values: [new Date(since), limit],
  });
  return rows as BrokenHandshakes[];
}

function networkOf(address: string): string {
  return `network(set_masklen(${address}, case family(${address}) when 4 then 24 else 64 end))`;
}
