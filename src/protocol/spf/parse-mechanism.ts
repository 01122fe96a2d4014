/** The mechanisms and their arguments (RFC 7208 §5, ABNF in §12). */
import { parseIpv4, parseIpv6 } from '#protocol/address/ip-address';
import { parseDomainSpec } from './parse-domain-spec.ts';
import type { Mechanism, PrefixLengths } from './record.ts';
import type { Problem } from './rules.ts';

const MOST_BITS: PrefixLengths = { 4: 32, 6: 128 };

/** What may stand at the end of `a` and `mx`: `/24`, `//64`, `/24//64`. */
const DUAL_PREFIX = /(?:\/(\d*))?(?:\/\/(\d*))?$/;

/**
 * @param name in lower case
 * @param rest from the character after the name on
 * @returns the mechanism, or what is wrong with it
 */
export function parseMechanism(name: string, rest: string): Mechanism | Problem {
  switch (name) {
    case 'all':
      return rest === '' ? { name } : 'argument-not-allowed';
    case 'include':
    case 'exists': {
      const domain = requiredDomain(rest);
      return typeof domain === 'string' ? domain : { name, domain };
    }
    case 'ptr': {
      if (rest === '') return { name, domain: undefined };
      const domain = requiredDomain(rest);
      return typeof domain === 'string' ? domain : { name, domain };
    }
    case 'a':
    case 'mx':
      return addressMechanism(name, rest);
    case 'ip4':
    case 'ip6':
      return networkMechanism(name, rest);
    default:
      return 'no-such-mechanism';
  }
}

function requiredDomain(rest: string): ReturnType<typeof parseDomainSpec> {
  if (rest === '') return 'argument-missing';
  return rest.startsWith(':') ? parseDomainSpec(rest.slice(1)) : 'malformed-term';
}

function addressMechanism(name: 'a' | 'mx', rest: string): Mechanism | Problem {
  const [ending, first, second] = DUAL_PREFIX.exec(rest)!;
  const prefix4 = readPrefixLength(first, 4);
  const prefix6 = readPrefixLength(second, 6);
  if (prefix4 === undefined || prefix6 === undefined) return 'malformed-prefix-length';
  const prefixLength = { 4: prefix4, 6: prefix6 };
  const argument = rest.slice(0, rest.length - ending.length);
  if (argument === '') return { name, domain: undefined, prefixLength };
  const domain = requiredDomain(argument);
  return typeof domain === 'string' ? domain : { name, domain, prefixLength };
}

function networkMechanism(name: 'ip4' | 'ip6', rest: string): Mechanism | Problem {
  if (rest === '' || rest === ':') return 'argument-missing';
  if (!rest.startsWith(':')) return 'malformed-term';
  const slash = rest.indexOf('/');
  const address = rest.slice(1, slash === -1 ? undefined : slash);
  const network = name === 'ip4' ? parseIpv4(address) : parseIpv6(address);
  if (network === undefined) return 'malformed-address';
  const digits = slash === -1 ? undefined : rest.slice(slash + 1);
  const prefixLength = readPrefixLength(digits, network.family);
  return prefixLength === undefined ? 'malformed-prefix-length' : { name, network, prefixLength };
}

/** The whole address where nothing is given; undefined where what is given is no length. */
function readPrefixLength(digits: string | undefined, family: 4 | 6): number | undefined {
  if (digits === undefined) return MOST_BITS[family];
  if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  const length = Number(digits);
  return length <= MOST_BITS[family] ? length : undefined;
}
