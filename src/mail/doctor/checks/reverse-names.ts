/** I1 to I3: the names of the addresses that mail leaves from. */
import type { Context } from '#mail/doctor/context';
import { ask, noAnswer } from '#mail/doctor/dns-questions';
import type { CommonOutcome, Outcome } from '#mail/doctor/outcome';
import { NO_ADDRESS, sendingAddresses } from '#mail/doctor/own-addresses';
import { noting } from '#mail/doctor/places';
import { listed } from '#mail/doctor/spoken-values';
import { parseIp, reverseDomain } from '#protocol/address/ip-address';
import { checkIprev } from '#protocol/iprev/check';
import type { Evidence } from '#mail/doctor/outcome';

interface Named {
  readonly address: string;
  readonly names: readonly string[];
}

type Names =
  | {
      readonly kind: 'names';
      readonly all: readonly Named[];
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: 'none'; readonly outcome: CommonOutcome };

export async function reverseName(context: Context): Promise<Outcome<'I1'>> {
  const found = await namesOf(context);
  if (found.kind === 'none') return found.outcome;
  const { all, evidence } = found;
  const nameless = all.find(({ names }) => names.length === 0);
  if (nameless) {
    const { address } = nameless;
    return { finding: 'none', values: { address }, evidence, about: address };
  }
  const several = all.find(({ names }) => names.length > 1);
  if (several) {
    const values = { address: several.address, names: listed(several.names) };
    return { finding: 'several', values, evidence, about: values.names };
  }
  return { finding: 'one', values: { names: pairs(all) }, evidence };
}

export async function confirmedName(context: Context): Promise<Outcome<'I2'>> {
  const addresses = sendingAddresses(context);
  if (addresses.length === 0) return NO_ADDRESS;
  const { hostname } = context.settings;
  const noted = noting(context.dns.local);
  const { resolver } = noted;
  const reports = await Promise.all(
    addresses.map((ip) => checkIprev({ ip, resolver, signal: context.signal })),
  );
  const verdicts = reports.map(({ ip, result, names }) => ({
    asked: `iprev ${ip}`,
    by: 'iprev',
    answer: `${result} ${names.join(' ')}`.trim(),
  }));
  const evidence: readonly Evidence[] = [...verdicts, ...noted.evidence];
  const unknown = reports.find(({ result }) => result === 'temperror');
  if (unknown)
    return { finding: 'no-answer', values: { query: unknown.ip, cause: 'temperror' }, evidence };
  const unconfirmed = reports.find(({ result }) => result !== 'pass');
  if (unconfirmed)
    return {
      finding: 'unconfirmed',
      values: { address: unconfirmed.ip },
      evidence,
      about: unconfirmed.ip,
    };
  const other = reports.find(({ name, names }) => name !== hostname && !names.includes(hostname));
  if (other) {
    const values = { address: other.ip, name: other.name!, ehlo: hostname };
    return { finding: 'other', values, evidence, about: other.name! };
  }
  return { finding: 'equal', values: { addresses: listed(addresses), name: hostname }, evidence };
}

export async function ownName(context: Context): Promise<Outcome<'I3'>> {
  const found = await namesOf(context);
  if (found.kind === 'none') return found.outcome;
  const { all, evidence } = found;
  if (all.every(({ names }) => names.length === 0))
    return { finding: 'no-name', values: {}, evidence };
  for (const { address, names } of all) {
    const name = names.find((one) => looksGeneric(one, address));
    if (name !== undefined) return { finding: 'generic', values: { name }, evidence, about: name };
  }
  return { finding: 'own', values: { names: pairs(all) }, evidence };
}

const GENERIC =
  /(^|[.-])(dyn|dynamic|dhcp|dsl|adsl|pool|ppp|ppoe|cable|dial|dialup|static|client|customer|cust|broadband|ip)\d*([.-]|$)/i;

/** The address in the name, whole or in its last two numbers, or a word for lines that are let. Not of the domain itself. */
export function looksGeneric(name: string, address: string): boolean {
  const host = name.split('.').slice(0, -2).join('.');
  if (GENERIC.test(host)) return true;
  const read = parseIp(address);
  if (read?.family !== 4) return /(?:[0-9a-f]{1,4}-){4}/i.test(host);
  const [, , third, fourth] = address.split('.') as [string, string, string, string];
  const apart = new RegExp(
    `(^|\\D)0*${third}\\D0*${fourth}(\\D|$)|(^|\\D)0*${fourth}\\D0*${third}(\\D|$)`,
  );
  return apart.test(host);
}

function pairs(all: readonly Named[]): string {
  return listed(all.map(({ address, names }) => `${address} ${names[0] ?? ''}`));
}

function namesOf(context: Context): Promise<Names> {
  return context.share('reverse names', async (): Promise<Names> => {
    const addresses = sendingAddresses(context);
    if (addresses.length === 0) return { kind: 'none', outcome: NO_ADDRESS };
    const asked = await Promise.all(
      addresses.map((address) => ask(context, reverseDomain(parseIp(address)!), 'PTR')),
    );
    const evidence = asked.map((one) => one.evidence);
    const at = asked.findIndex(({ answer }) => answer.kind === 'failure');
    const failure = asked[at]?.answer;
    if (failure?.kind === 'failure')
      return { kind: 'none', outcome: noAnswer(`PTR ${addresses[at]!}`, failure, evidence) };
    const all = addresses.map((address, index) => ({ address, names: asked[index]!.records }));
    return { kind: 'names', all, evidence };
  });
}
