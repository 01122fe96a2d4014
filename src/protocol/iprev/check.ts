/**
 * iprev (RFC 8601 §3): does the address of a client have a name, and does that name lead back to the address? Says nothing about
 * mail; a client without such a name is rarely a mail server.
 *
 * Bounded: ten names of an address are looked at, all at once, each with one question; a stranger's PTR set may be of any length.
 * Pure but for the resolver that is handed in.
 * Called by mail/receive.
 */
import type { DnsAnswer, FailureCause, Resolver, ResolveOptions } from '#protocol/dns/resolver';
import type { RfcSection } from '#protocol/dkim/rules';
import {
  type IpAddress,
  formatIp,
  parseIp,
  reverseDomain,
  unmapped,
} from '#protocol/address/ip-address';

/** RFC 8601 §2.7.3. permerror: the address has no name. */
export type IprevResult = 'pass' | 'fail' | 'temperror' | 'permerror';

export type LookupOutcome =
  | { readonly kind: 'records'; readonly records: readonly string[] }
  | { readonly kind: 'no-data' | 'nxdomain' }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly text: string };

export type IprevStep = { readonly rfc: RfcSection } & (
  | { readonly step: 'no-address'; readonly ip: string }
  | { readonly step: 'name-asked'; readonly name: string; readonly answer: LookupOutcome }
  | { readonly step: 'names-left-out'; readonly count: number }
  | {
      readonly step: 'address-asked';
      readonly name: string;
      readonly type: 'A' | 'AAAA';
      readonly answer: LookupOutcome;
      readonly leadsBack: boolean;
    }
  | { readonly step: 'concluded'; readonly result: IprevResult; readonly name?: string }
);

export interface IprevReport {
  readonly result: IprevResult;
  readonly ip: string;
  /** The first name that leads back to the address. */
  readonly name?: string;
  /** The names of the address, confirmed or not; ten at most. */
  readonly names: readonly string[];
  readonly steps: readonly IprevStep[];
}

export interface IprevOptions {
  readonly ip: string;
  readonly resolver: Resolver;
  readonly signal?: AbortSignal;
  readonly owner?: string;
}

/** As RFC 7208 §5.5 has it for `ptr`. */
const MAX_NAMES = 10;
/** Addresses of one name that are kept in a step. */
const MAX_SHOWN = 20;

export async function checkIprev(options: IprevOptions): Promise<IprevReport> {
  const { ip, resolver, signal, owner } = options;
  const asking = { ...(signal && { signal }), ...(owner !== undefined && { owner }) };
  const parsed = parseIp(ip);
  if (!parsed) {
    const steps: IprevStep[] = [{ step: 'no-address', rfc: 'RFC 8601 §3', ip }];
    return concluded(ip, 'permerror', [], steps);
  }
  const address = unmapped(parsed);
  const name = reverseDomain(address);
  const answer = await resolver.resolve(name, 'PTR', asking);
  const steps: IprevStep[] = [
    { step: 'name-asked', rfc: 'RFC 8601 §3', name, answer: outcomeOf(answer) },
  ];
  if (answer.kind === 'failure') return concluded(ip, 'temperror', [], steps);
  if (answer.kind !== 'records') return concluded(ip, 'permerror', [], steps);
  const all = [...new Set(answer.records)];
  const names = all.slice(0, MAX_NAMES);
  if (all.length > names.length) {
    const count = all.length - names.length;
    steps.push({ step: 'names-left-out', rfc: 'RFC 7208 §5.5', count });
  }
  const confirmed = await Promise.all(
    names.map((each) => leadsBack(each, address, resolver, asking)),
  );
  steps.push(...confirmed.map(({ step }) => step));
  const found = confirmed.findIndex(({ step }) => step.leadsBack);
  if (found >= 0) return concluded(ip, 'pass', names, steps, names[found]);
  const isOpen = confirmed.some(({ isOpen }) => isOpen);
  return concluded(ip, isOpen ? 'temperror' : 'fail', names, steps);
}

interface Confirmation {
  readonly step: IprevStep & { readonly step: 'address-asked' };
  /** Nothing is known: another time it might lead back. */
  readonly isOpen: boolean;
}

async function leadsBack(
  name: string,
  address: IpAddress,
  resolver: Resolver,
  asking: ResolveOptions,
): Promise<Confirmation> {
  const type = address.family === 4 ? 'A' : 'AAAA';
  const answer = await resolver.resolve(name, type, asking);
  const matches =
    answer.kind === 'records' &&
    answer.records.some((text) => {
      const found = parseIp(text);
      return found !== undefined && formatIp(unmapped(found)) === formatIp(address);
    });
  return {
    step: {
      step: 'address-asked',
      rfc: 'RFC 8601 §3',
      name,
      type,
      answer: outcomeOf(answer),
      leadsBack: matches,
    },
    isOpen: answer.kind === 'failure' && answer.cause !== 'bad-name',
  };
}

function outcomeOf(answer: DnsAnswer<'A' | 'AAAA' | 'PTR'>): LookupOutcome {
  switch (answer.kind) {
    case 'records':
      return { kind: 'records', records: answer.records.slice(0, MAX_SHOWN) };
    case 'failure':
      return { kind: 'failure', cause: answer.cause, text: answer.text };
    case 'no-data':
    case 'nxdomain':
      return { kind: answer.kind };
  }
}

function concluded(
  ip: string,
  result: IprevResult,
  names: readonly string[],
  steps: IprevStep[],
  name?: string,
): IprevReport {
  const found = name !== undefined && { name };
  steps.push({ step: 'concluded', rfc: 'RFC 8601 §2.7.3', result, ...found });
  return { result, ip, ...found, names, steps };
}
