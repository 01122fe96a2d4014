/** N3 and N4: whether big mail exchanges greet this host, and from which address it comes to them. */
import { canonicalAddress } from '#clients/dns/address';
import { isPrivateAddress } from '#mail/abuse/protected';
import type { Context } from '#mail/doctor/context';
import { addressesOf, ask, noAnswer } from '#mail/doctor/dns-questions';
import type { CommonOutcome, Evidence, Outcome } from '#mail/doctor/outcome';
import { NO_ADDRESS, sendingAddresses } from '#mail/doctor/own-addresses';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { reverseDomain, parseIp } from '#protocol/address/ip-address';

const PORT = 25;

interface Visit {
  readonly domain: string;
  readonly address: string;
  readonly greeting: string | undefined;
  readonly cause: string;
  readonly localAddress: string | undefined;
  readonly evidence: Evidence;
}

interface Visits {
  readonly all: readonly Visit[];
  readonly failure: CommonOutcome | undefined;
}

export async function wayOut(context: Context): Promise<Outcome<'N3'>> {
  const total = context.settings.mailExchanges.length;
  if (total === 0) return { finding: 'not-set', values: {} };
  const { all, failure } = await visits(context);
  const greeted = new Set(
    all.filter(({ greeting }) => greeting !== undefined).map(({ domain }) => domain),
  );
  const evidence = all.map((visit) => visit.evidence);
  const names = listed([...greeted]);
  const values = { count: String(greeted.size), total: String(total), names };
  if (greeted.size >= Math.min(2, total)) return { finding: 'greeted', values, evidence };
  if (greeted.size === 1) return { finding: 'few', values, evidence };
  if (all.length === 0 && failure) return failure;
  return { finding: 'none', values: { ...values, cause: all[0]?.cause ?? '' }, evidence };
}

export async function sourceAddress(context: Context): Promise<Outcome<'N4'>> {
  if (context.settings.mailExchanges.length === 0) return { finding: 'not-set', values: {} };
  const planned = sendingAddresses(context);
  if (planned.length === 0) return NO_ADDRESS;
  const { all, failure } = await visits(context);
  const evidence = all.map((visit) => visit.evidence);
  const left = [...new Set(all.flatMap(({ localAddress }) => localAddress ?? []))];
  if (left.length === 0) {
    const cause = all[0]?.cause ?? '';
    return failure ?? { finding: 'unreachable', values: { what: 'MX', cause }, evidence };
  }
  // behind NAT the planned ones are those that others see, and ours cannot be compared with them
  const other = left.find((address) => !isPrivateAddress(address) && !planned.includes(address));
  if (other !== undefined) {
    const values = { address: other, planned: listed(planned) };
    return { finding: 'other', values, evidence, about: other };
  }
  const six = left.find((address) => address.includes(':') && !isPrivateAddress(address));
  if (six !== undefined) {
    const named = await ask(context, reverseDomain(parseIp(six)!), 'PTR');
    const seen = [...evidence, named.evidence];
    if (named.answer.kind === 'failure') return noAnswer(`PTR ${six}`, named.answer, seen);
    if (named.records.length === 0)
      return { finding: 'no-name', values: { address: six }, evidence: seen };
  }
  return { finding: 'planned', values: { addresses: listed(left) }, evidence };
}

/** Each of the exchanges by its first IPv4 and its first IPv6 address, once for both checks. */
function visits(context: Context): Promise<Visits> {
  return context.share('visits', async () => {
    const found = await Promise.all(
      context.settings.mailExchanges.map((domain) => visitsOf(context, domain)),
    );
    return {
      all: found.flatMap(({ all }) => all),
      failure: found.find(({ failure }) => failure)?.failure,
    };
  });
}

async function visitsOf(context: Context, domain: string): Promise<Visits> {
  const mx = await ask(context, domain, 'MX');
  if (mx.answer.kind === 'failure')
    return { all: [], failure: noAnswer(`MX ${domain}`, mx.answer, [mx.evidence]) };
  const best = mx.records.toSorted((a, b) => a.preference - b.preference)[0];
  if (best === undefined) return { all: [], failure: undefined };
  const { addresses, failure, evidence } = await addressesOf(context, best.exchange);
  if (failure) return { all: [], failure: noAnswer(best.exchange, failure, evidence) };
  const four = addresses.find((address) => !address.includes(':'));
  const six = addresses.find((address) => address.includes(':'));
  const chosen = [four, six].filter((address) => address !== undefined);
  const all = await Promise.all(chosen.map((address) => visit(context, domain, address)));
  return { all, failure: undefined };
}

async function visit(context: Context, domain: string, address: string): Promise<Visit> {
  const target = { address, port: PORT, start: 'clear' } as const;
  const answer = await context.probes.greeting(target, context.signal);
  const heard = answer.kind === 'greeting';
  const cause = heard ? quoted(answer.line) : answer.cause;
  return {
    domain,
    address,
    greeting: heard && answer.line.startsWith('220') ? answer.line : undefined,
    cause,
    localAddress: heard ? canonicalAddress(answer.localAddress) : undefined,
    evidence: { asked: `connect ${domain} port ${PORT}`, by: address, answer: cause },
  };
}
