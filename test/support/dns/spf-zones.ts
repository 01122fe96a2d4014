/**
 * Random zones full of SPF records for property tests: a handful of names that include, redirect to and ask for each other in every
 * way the grammar has, with mistakes in between. Small on purpose, so that names meet.
 */
import * as fc from 'fast-check';
import type { DeclaredName } from './declared-zone.ts';

export type SpfZone = Readonly<Record<string, DeclaredName>>;

const NAMES = Array.from({ length: 6 }, (_, n) => `n${n}.example`);
/** The client, with names that lead back to it and such that do not. */
export const CLIENTS = ['192.0.2.1', '198.51.100.77', '2001:db8::1', '::ffff:192.0.2.1'] as const;
const ADDRESSES4 = ['192.0.2.1', '192.0.2.200', '198.51.100.77', '203.0.113.9'];
const ADDRESSES6 = ['2001:db8::1', '2001:db8::ffff', '2001:db8:1::2'];
const REVERSE = [
  '1.2.0.192.in-addr.arpa',
  '77.100.51.198.in-addr.arpa',
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
];

const existing = fc.constantFrom(...NAMES);
const target = fc.oneof(
  { weight: 8, arbitrary: existing },
  { weight: 1, arbitrary: fc.constantFrom('gone.example', 'x.gone.example') },
);

export interface ZoneOptions {
  /** Domain-specs besides plain names. */
  readonly specs?: readonly string[];
  /** Terms besides the usual ones. */
  readonly terms?: readonly string[];
  /** Whether look-ups may fail; an `mx` then leads to one host only. */
  readonly faults?: boolean;
  /** Whether a domain has several records or other TXT records. */
  readonly several?: boolean;
}

const qualifier = fc.constantFrom('', '', '+', '-', '~', '?');
const prefix = fc.constantFrom('', '', '/24', '//64', '/0', '/16//48', '//0');

function termOf({ specs = [], terms = [] }: ZoneOptions): fc.Arbitrary<string> {
  const spec =
    specs.length === 0
      ? target
      : fc.oneof(
          { weight: 3, arbitrary: target },
          { weight: 1, arbitrary: fc.constantFrom(...specs) },
        );
  const mechanism = fc.oneof(
    fc.constantFrom('a', 'mx', 'ptr'),
    fc.tuple(fc.constantFrom('a', 'mx'), prefix).map((parts) => parts.join('')),
    fc
      .tuple(fc.constantFrom('a', 'mx'), spec, prefix)
      .map(([name, domain, bits]) => `${name}:${domain}${bits}`),
    fc
      .tuple(fc.constantFrom('include', 'exists', 'ptr'), spec)
      .map(([name, domain]) => `${name}:${domain}`),
    fc
      .tuple(fc.constantFrom(...ADDRESSES4), fc.constantFrom('', '/24', '/0', '/8'))
      .map(([address, bits]) => `ip4:${address}${bits}`),
    fc
      .tuple(fc.constantFrom(...ADDRESSES6), fc.constantFrom('', '/64', '/0', '/127'))
      .map(([address, bits]) => `ip6:${address}${bits}`),
  );
  const usual = fc.tuple(qualifier, mechanism).map((parts) => parts.join(''));
  return terms.length === 0
    ? usual
    : fc.oneof(
        { weight: 5, arbitrary: usual },
        { weight: 1, arbitrary: fc.constantFrom(...terms) },
      );
}

function recordOf(options: ZoneOptions): fc.Arbitrary<string> {
  const end = fc.oneof(
    fc.constantFrom('-all', '~all', '?all', '+all', ''),
    target.map((domain) => `redirect=${domain}`),
    target.map((domain) => `-all exp=${domain}`),
  );
  return fc
    .tuple(fc.array(termOf(options), { maxLength: 6 }), end)
    .map(([terms, last]) => ['v=spf1', ...terms, last].filter((term) => term !== '').join(' '));
}

function nameOf(options: ZoneOptions): fc.Arbitrary<DeclaredName> {
  const record = recordOf(options);
  const text = fc.constantFrom('v=spf10 -all', 'some text', 'v=spf1x');
  const txt =
    options.several === true
      ? fc.oneof(
          { weight: 6, arbitrary: record.map((one) => [one]) },
          {
            weight: 1,
            arbitrary: fc.array(fc.oneof(record, text), { minLength: 1, maxLength: 3 }),
          },
        )
      : record.map((one) => [one]);
  const fault = { fault: 'servfail' } as const;
  const orFault = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<T | typeof fault> =>
    options.faults === true
      ? fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: fc.constant(fault) })
      : usual;
  const some = <T>(one: fc.Arbitrary<T>, maxLength: number) =>
    fc.uniqueArray(one, { minLength: 1, maxLength });
  return fc.record(
    {
      TXT: orFault(txt),
      A: orFault(some(fc.constantFrom(...ADDRESSES4), 3)),
      AAAA: orFault(some(fc.constantFrom(...ADDRESSES6), 2)),
      MX: orFault(
        some(target, options.faults === true ? 1 : 3).map((hosts) =>
          hosts.map((host, at) => `${at} ${host}`),
        ),
      ),
    },
    { requiredKeys: ['TXT'] },
  ) as fc.Arbitrary<DeclaredName>;
}

/** Zones whose check begins at `n0.example`. */
export function spfZone(options: ZoneOptions = {}): fc.Arbitrary<SpfZone> {
  const name = nameOf(options);
  const pointers = fc.uniqueArray(target, { minLength: 1, maxLength: 4 });
  return fc
    .tuple(fc.array(name, { minLength: NAMES.length, maxLength: NAMES.length }), pointers)
    .map(([names, PTR]) =>
      Object.fromEntries([
        ...NAMES.map((key, at): [string, DeclaredName] => [key, names[at]!]),
        ...REVERSE.map((key): [string, DeclaredName] => [key, { PTR }]),
      ]),
    );
}
