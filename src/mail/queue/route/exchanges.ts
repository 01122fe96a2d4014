/**
 * From MX records to the hosts to try, in order (RFC 5321 §5.1, RFC 7505): which records count, where we are
 * among them ourselves, who comes first. Pure; the steps taken are appended to `steps`. Called by `route.ts`.
 */
import { addressFamily } from '#clients/dns/address';
import type { MxData } from '#protocol/dns/resolver';
import type { RouteStep } from './steps.ts';

export interface Exchange {
  readonly name: string;
  readonly preference: number;
}

/** Enough for any provider; more would let one domain keep an attempt busy for hours. */
const MAX_HOSTS = 20;

// Underscores are no part of host names (RFC 952), yet live exchanges bear them and resolve.
const HOST_NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/** The exchanges that can be hosts, each name once with its best preference; 'null-mx' where the domain takes no mail. */
export function screenExchanges(
  records: readonly MxData[],
  steps: RouteStep[],
): readonly Exchange[] | 'null-mx' {
  const real = records.filter(({ exchange }) => exchange !== '.');
  if (real.length === 0) {
    // RFC 7505 §3
    steps.push({ key: 'route.null-mx', rfc: 'RFC 7505 §3' });
    return 'null-mx';
  }
  if (real.length < records.length) {
    steps.push({ key: 'route.null-mx-ignored', rfc: 'RFC 7505 §3' });
  }
  const best = new Map<string, number>();
  let objections = 0;
  for (const { exchange, preference } of real) {
    const objection = objectTo(exchange);
    if (objection !== undefined) {
      if (objections++ < MAX_HOSTS) steps.push(objection);
      continue;
    }
    best.set(exchange, Math.min(preference, best.get(exchange) ?? Infinity));
  }
  return [...best].map(([name, preference]) => ({ name, preference }));
}

function objectTo(exchange: string): RouteStep | undefined {
  // A name of four numbers cannot be registered: its owner meant the address.
  if (addressFamily(exchange.replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1')) !== undefined) {
    return { key: 'route.mx-is-address', rfc: 'RFC 1035 §3.3.9', exchange };
  }
  if (!HOST_NAME.test(exchange)) {
    return { key: 'route.mx-is-no-host-name', rfc: 'RFC 5321 §2.3.5', exchange };
  }
  return undefined;
}

/**
 * By preference, equal ones in random order; `random` gives a number from 0 to below 1.
 * RFC 5321 §5.1: the sender must randomise among equals to spread the load.
 */
export function orderExchanges(
  exchanges: readonly Exchange[],
  random: () => number,
): readonly Exchange[] {
  return shuffled(exchanges, random).sort((a, b) => a.preference - b.preference);
}

/** The first twenty of the ordered hosts. */
export function firstHosts(ordered: readonly Exchange[], steps: RouteStep[]): readonly Exchange[] {
  const hosts = ordered.slice(0, MAX_HOSTS);
  if (hosts.length > 0) {
    steps.push({
      key: 'route.order',
      rfc: 'RFC 5321 §5.1',
      hosts: hosts.map(({ name, preference }) => ({ name, preference })),
      leftOut: ordered.length - hosts.length,
    });
  }
  return hosts;
}

/**
 * Drops, where one of the hosts is us, every host of its preference and worse (RFC 5321 §5.1): those would hand
 * the mail back to us.
 */
export function cutAtOwn<T extends Exchange>(
  hosts: readonly T[],
  isOwn: (host: T) => boolean,
  steps: RouteStep[],
): readonly T[] {
  const own = hosts.find(isOwn);
  if (own === undefined) return hosts;
  const kept = hosts.filter(({ preference }) => preference < own.preference);
  steps.push({
    key: 'route.own-host',
    rfc: 'RFC 5321 §5.1',
    name: own.name,
    preference: own.preference,
    leftOut: hosts.slice(kept.length, kept.length + MAX_HOSTS).map(({ name }) => name),
  });
  return kept;
}

/** Fisher and Yates: every order is equally likely. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const pick = Math.floor(random() * (last + 1));
    [result[last], result[pick]] = [result[pick]!, result[last]!];
  }
  return result;
}
