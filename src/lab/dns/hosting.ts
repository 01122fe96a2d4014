/**
 * The hosting company's two servers. What is changed is served by the first at once, and by the second from its next look at the serial on
 * (RFC 1996 is not spoken here, so that the delay can be seen).
 */
import type { ServedZone } from './authority.ts';
import type { KeptKey } from './dnssec/key.ts';
import { HOSTERS, nameServers, TTL } from './infrastructure.ts';
import { Published, nextRound, ROUNDS } from './publication.ts';
import { mustRead } from './records.ts';
import type { ZoneRecord } from './records.ts';
import { buildZone } from './zone/zone.ts';
import type { Zone } from './zone/zone.ts';
import { keyOf, serialAfter, serialOf, soaSet } from './zones.ts';

/** A zone as its owner wrote it; the SOA and, where they gave none, the NS records are the company's. */
export interface HostedContent {
  readonly records: readonly ZoneRecord[];
  /** Every one of them is published and signs; none: not signed. */
  readonly keys: readonly KeptKey[];
}

export interface ServerSerial {
  readonly host: string;
  /** Null: it does not know the zone yet. */
  readonly serial: number | null;
}

/** As it is kept; of before serials were kept there is none. */
export interface KeptContent extends HostedContent {
  readonly serial?: number;
}

interface HostedZone {
  content: HostedContent;
  serial: number;
  readonly primary: Published<Zone | undefined>;
  readonly secondary: Published<Zone | undefined>;
}

export class Hosting {
  readonly #zones = new Map<string, HostedZone>();
  /** The newest of each zone, which no later one goes behind, even where the zone was taken away meanwhile. */
  readonly #serials = new Map<string, number>();

  /** What each of the two servers serves. */
  readonly served: readonly [Map<string, ServedZone>, Map<string, ServedZone>] = [
    new Map(),
    new Map(),
  ];

  content(apex: string): HostedContent | undefined {
    return this.#zones.get(apex)?.content;
  }

  serial(apex: string): number | undefined {
    return this.#zones.get(apex)?.serial;
  }

  /** What each server says in its SOA record now. */
  serials(apex: string, now: number): ServerSerial[] {
    return HOSTERS.map((host, index) => {
      const zone = this.served[index]?.get(apex)?.at(now);
      return { host, serial: zone === undefined ? null : serialOf(zone) };
    });
  }

  /** That of a change at this time: two in a second still have two. */
  nextSerial(apex: string, now: number): number {
    return serialAfter(this.#serials.get(apex), now);
  }

  /** Content that was judged before. Answers when both servers have it. */
  put(apex: string, kept: KeptContent, now: number): number {
    const { serial = this.nextSerial(apex, now), ...content } = kept;
    const seen = nextRound(now, ROUNDS.transfer);
    const hosted = this.#hosted(apex, content);
    hosted.content = content;
    hosted.serial = serial;
    this.#serials.set(apex, serial);
    const zone = build(apex, content, hosted.serial);
    hosted.primary.set(zone, now, now);
    hosted.secondary.set(zone, seen, now);
    return seen;
  }

  /** A zone that both servers have had for ever. */
  found(apex: string, content: HostedContent, now: number): void {
    this.remove(apex);
    const hosted = this.#hosted(apex, content);
    hosted.serial = this.nextSerial(apex, now);
    this.#serials.set(apex, hosted.serial);
    const zone = build(apex, content, hosted.serial);
    hosted.primary.set(zone, -Infinity, now);
    hosted.secondary.set(zone, -Infinity, now);
  }

  remove(apex: string): void {
    this.#zones.delete(apex);
    for (const zones of this.served) zones.delete(apex);
  }

  #hosted(apex: string, content: HostedContent): HostedZone {
    const known = this.#zones.get(apex);
    if (known !== undefined) return known;
    const primary = new Published<Zone | undefined>(undefined);
    const secondary = new Published<Zone | undefined>(undefined);
    const hosted: HostedZone = { content, serial: 0, primary, secondary };
    this.#zones.set(apex, hosted);
    this.served[0].set(apex, { apex, at: (now) => primary.at(now) });
    this.served[1].set(apex, { apex, at: (now) => secondary.at(now) });
    return hosted;
  }
}

function build(apex: string, { records, keys }: HostedContent, serial: number): Zone {
  const own = records.some(({ name, type }) => name === apex && type === 'NS');
  const ns = own ? [] : [nameServers(apex, HOSTERS, TTL.hosted)];
  const sets = [
    soaSet(apex, HOSTERS[0], serial, TTL.hosted),
    ...mustRead(apex, [...ns, ...records]),
  ];
  const signing = keys.map(keyOf);
  return buildZone(apex, sets, { published: signing, signers: signing });
}
