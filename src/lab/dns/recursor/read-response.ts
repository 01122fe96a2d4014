/** What a response of an authoritative server says about one question (RFC 1034 §5.3.3, negative answers by RFC 2308 §2). Pure. */
import { view } from '#bytes';
import { decodeName, isWithin } from '#lab/dns/wire/name';
import { RCODE, rcodeName, TYPE } from '#lab/dns/wire/record-types';
import type { Message } from '#lab/dns/wire/message';
import { setsOf } from './sets.ts';
import type { SignedSet } from './cache.ts';

export interface Host {
  readonly name: string;
  /** None where they have to be looked up first. */
  readonly addresses: readonly string[];
}

export type Read =
  | { readonly kind: 'data'; readonly found: SignedSet; readonly authorities: readonly SignedSet[] }
  | {
      readonly kind: 'none';
      readonly exists: boolean;
      readonly ttl: number;
      readonly authorities: readonly SignedSet[];
    }
  | {
      readonly kind: 'referral';
      readonly cut: string;
      readonly ttl: number;
      readonly hosts: readonly Host[];
      readonly authorities: readonly SignedSet[];
    }
  | { readonly kind: 'useless'; readonly why: string };

/** @param apex of the zone that the server was asked as an authority for */
export function readResponse(response: Message, apex: string, name: string, type: number): Read {
  const { rcode, authoritative } = response;
  if (rcode !== RCODE.noError && rcode !== RCODE.nxDomain) {
    return { kind: 'useless', why: `answers ${rcodeName(rcode)}` };
  }
  const answers = setsOf(response.answers, apex);
  const authorities = setsOf(response.authorities, apex);
  const at = (wanted: number) =>
    answers.find(({ set }) => set.name === name && set.type === wanted);
  const found = at(type) ?? at(TYPE.CNAME);
  if (authoritative && found !== undefined) return { kind: 'data', found, authorities };
  const soa = authorities.find(({ set }) => set.type === TYPE.SOA)?.set;
  if (authoritative && soa !== undefined) {
    const minimum = view(soa.rdatas[0]!).readUInt32BE(soa.rdatas[0]!.length - 4);
    const ttl = Math.min(soa.ttl, minimum);
    return { kind: 'none', exists: rcode === RCODE.noError, ttl, authorities };
  }
  const referral = authorities.find(
    ({ set }) =>
      set.type === TYPE.NS &&
      set.name !== apex &&
      isWithin(name, set.name) &&
      rcode === RCODE.noError,
  );
  if (referral === undefined) return { kind: 'useless', why: 'is not an authority for it (lame)' };
  return {
    kind: 'referral',
    cut: referral.set.name,
    ttl: referral.set.ttl,
    hosts: hostsOf(referral, response, apex),
    authorities,
  };
}

const MAX_HOSTS = 8;

/** Glue counts where the server that gave it is an authority above it. */
function hostsOf({ set }: SignedSet, response: Message, apex: string): Host[] {
  return set.rdatas.slice(0, MAX_HOSTS).map((rdata) => {
    const name = decodeName(rdata, 0)!.name;
    const glue = response.additionals.filter(
      (record) => record.name === name && record.type === TYPE.A && isWithin(name, apex),
    );
    return { name, addresses: glue.slice(0, 4).map(({ rdata: octets }) => octets.join('.')) };
  });
}
