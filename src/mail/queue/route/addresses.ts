/**
 * The addresses of one host (RFC 5321 §5): A and AAAA asked together, IPv4 first, each family in random order and
 * bounded. IPv4 goes first because an address without a reverse name, which IPv6 addresses lack more often, is the
 * commonest reason for which large providers refuse. Called by `route.ts`.
 */
import { isUnusableAddress } from '#clients/dns/address';
import type { DnsAnswer, DnsFailure, Resolver } from '#protocol/dns/resolver';
import { shuffled } from './exchanges.ts';
import { askedStep } from './steps.ts';
import type { RouteStep, SkipReason } from './steps.ts';

export interface HostAddress {
  readonly family: 4 | 6;
  readonly address: string;
}

export type HostAddresses =
  | {
      readonly kind: 'addresses';
      readonly addresses: readonly HostAddress[];
      /** Where the name led: the name itself unless it is an alias. */
      readonly canonicalName: string;
      /** Every address set that is used was validated by DNSSEC. */
      readonly authenticated: boolean;
      readonly steps: readonly RouteStep[];
    }
  | {
      readonly kind: 'none';
      readonly reason: Exclude<SkipReason, 'look-up-failed'>;
      readonly steps: readonly RouteStep[];
    }
  | {
      readonly kind: 'failed';
      readonly failure: DnsFailure;
      readonly steps: readonly RouteStep[];
    };

export interface AddressOptions {
  readonly resolver: Resolver;
  readonly random: () => number;
  readonly signal?: AbortSignal;
}

/** Addresses of each family that are tried, since each may take a connection time-out, and shown as unusable. */
const MAX_PER_FAMILY = 5;

/** Looks a host's addresses up. One family that cannot be looked up does not stand in the way of the other. */
export async function lookUpAddresses(
  name: string,
  options: AddressOptions,
): Promise<HostAddresses> {
  const asking = options.signal === undefined ? {} : { signal: options.signal };
  const answers = await Promise.all([
    options.resolver.resolve(name, 'A', asking),
    options.resolver.resolve(name, 'AAAA', asking),
  ]);
  const [a, aaaa] = answers;
  const steps: RouteStep[] = [askedStep(name, 'A', a), askedStep(name, 'AAAA', aaaa)];
  const addresses = [
    ...pick(name, 4, a, options.random, steps),
    ...pick(name, 6, aaaa, options.random, steps),
  ];
  const found = answers.filter((answer) => answer.kind === 'records');
  if (addresses.length > 0) {
    const authenticated = found.every((answer) => answer.authenticated);
    return {
      kind: 'addresses',
      addresses,
      canonicalName: found[0]!.canonicalName,
      authenticated,
      steps,
    };
  }
  const failure = answers.find(
    (answer) => answer.kind === 'failure' && answer.cause !== 'bad-name',
  );
  if (failure?.kind === 'failure') return { kind: 'failed', failure, steps };
  if (found.length > 0) return { kind: 'none', reason: 'unusable-address', steps };
  const exists = answers.every((answer) => answer.kind === 'no-data');
  return { kind: 'none', reason: exists ? 'no-address' : 'no-such-host', steps };
}

function pick(
  name: string,
  family: 4 | 6,
  answer: DnsAnswer<'A'> | DnsAnswer<'AAAA'>,
  random: () => number,
  steps: RouteStep[],
): readonly HostAddress[] {
  if (answer.kind !== 'records') return [];
  const isUsable = (address: string) => !isUnusableAddress(address, family);
  const addresses = shuffled(answer.records, random);
  for (const address of addresses.filter((one) => !isUsable(one)).slice(0, MAX_PER_FAMILY)) {
    steps.push({ key: 'route.address-unusable', rfc: 'RFC 6890 §2.2', name, address });
  }
  return addresses
    .filter(isUsable)
    .slice(0, MAX_PER_FAMILY)
    .map((address) => ({ family, address }));
}
