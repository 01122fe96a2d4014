/** X1 to X3: where mail for a domain goes, and whether its two roles take it. */
import { canonicalAddress } from '#clients/dns/address';
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { addressesOf, ask, judgeAtPlaces, noAnswer, type Asked } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { sendingAddresses } from '#mail/doctor/own-addresses';
import { isHere } from '#mail/doctor/is-here';
import { hostPort, listenerNamed, targetOf } from '#mail/doctor/own-listeners';
import { judgeEverywhere } from '#mail/doctor/places';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { parseIp } from '#protocol/address/ip-address';

export async function exchange(context: Context): Promise<Outcome<'X1'>> {
  const { domain } = context;
  return judgeAtPlaces(
    context,
    domain,
    'MX',
    (asked) => judgeExchange(context, asked),
    ({ finding }) => finding === 'ours',
  );
}

async function judgeExchange(context: Context, { records }: Asked<'MX'>): Promise<Outcome<'X1'>> {
  if (records.length === 0) return { finding: 'none', values: {} };
  const hosts = records.map(({ exchange: host }) => host);
  if (hosts.every((host) => host === '.' || host === '')) return { finding: 'null-mx', values: {} };
  const ours = await Promise.all(hosts.map((host) => isOurs(context, host)));
  const others = hosts.filter((_, index) => ours[index] !== true);
  if (others.length === 0) return { finding: 'ours', values: { names: listed(hosts) } };
  const values = { names: listed(others) };
  const finding = others.length === hosts.length ? 'foreign' : 'others';
  return { finding, values, about: values.names };
}

/** By its name, or by an address of ours. */
export async function isOurs(context: Context, host: string): Promise<boolean> {
  if (host === context.settings.hostname) return true;
  const own = new Set(sendingAddresses(context));
  const { addresses } = await addressesOf(context, host);
  return addresses.some((address) => own.has(canonicalAddress(address)));
}

export function exchangeHosts(context: Context): Promise<Outcome<'X2'>> {
  return judgeEverywhere(context, judgeHosts, ({ finding }) => finding === 'hosts');
}

async function judgeHosts(context: Context): Promise<Outcome<'X2'>> {
  const mx = await ask(context, context.domain, 'MX');
  if (mx.answer.kind === 'failure') return noAnswer(mx.evidence.asked, mx.answer, [mx.evidence]);
  const hosts = mx.records.map(({ exchange: host }) => host).filter((host) => host !== '.');
  const evidence: Evidence[] = [mx.evidence];
  if (hosts.length === 0) return { finding: 'no-mx', values: {}, evidence };
  for (const name of hosts) {
    if (parseIp(name)) return { finding: 'address', values: { name }, evidence, about: name };
    const four = await ask(context, name, 'A');
    const six = await ask(context, name, 'AAAA');
    evidence.push(four.evidence, six.evidence);
    const answers = [four.answer, six.answer];
    const alias = answers.find((answer) => answer.kind !== 'failure' && answer.aliases.length > 0);
    if (alias !== undefined && alias.kind !== 'failure') {
      const values = { name, target: alias.canonicalName };
      return { finding: 'alias', values, evidence, about: name };
    }
    if (four.records.length + six.records.length > 0) continue;
    const failed = answers.find((answer) => answer.kind === 'failure');
    if (failed?.kind === 'failure') return noAnswer(name, failed, evidence);
    return { finding: 'dangling', values: { name }, evidence, about: name };
  }
  return { finding: 'hosts', values: { names: listed(hosts) }, evidence };
}

export async function roles(context: ServerContext): Promise<Outcome<'X3'>> {
  const { domain } = context;
  if (!isHere(context.server, domain)) return { finding: 'not-here', values: {} };
  const asked = await askRecipients(context, [`postmaster@${domain}`, `abuse@${domain}`]);
  if (asked.kind === 'failed')
    return { finding: 'unreachable', values: { what: asked.what, cause: asked.cause } };
  const [postmaster, abuse] = asked.replies;
  const { evidence } = asked;
  // the host is busy, or slows us; a mailbox that is put off is as good as none
  const later = asked.replies.find((reply) => /^4\d\d (?:4\.[37]\.|(?!4\.))|^421/.test(reply));
  if (later !== undefined)
    return { finding: 'unreachable', values: { what: asked.what, cause: later }, evidence };
  if (postmaster?.startsWith('2') !== true)
    return { finding: 'no-postmaster', values: { reply: postmaster ?? '' }, evidence };
  return abuse?.startsWith('2') === true
    ? { finding: 'both', values: {}, evidence }
    : { finding: 'no-abuse', values: { reply: abuse ?? '' }, evidence };
}

export type RecipientsAsked =
  | {
      readonly kind: 'asked';
      readonly what: string;
      readonly replies: readonly string[];
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: 'failed'; readonly what: string; readonly cause: string };

/** What our own MX listener says to recipients of a notice; nothing is sent. */
export async function askRecipients(
  { server, probes, signal }: ServerContext,
  addresses: readonly string[],
): Promise<RecipientsAsked> {
  const mx = listenerNamed(server, 'smtp');
  if (mx === undefined || mx.proxied) return { kind: 'failed', what: 'smtp', cause: 'PROXY' };
  const what = hostPort(mx);
  const lines = [
    'EHLO doctor.invalid',
    'MAIL FROM:<>',
    ...addresses.map((address) => `RCPT TO:<${address}>`),
    'RSET',
    'QUIT',
  ];
  const said = await probes.dialogue(targetOf(mx), 'smtp', lines, signal);
  if (said.kind === 'failed') return { kind: 'failed', what, cause: said.cause };
  const replies = addresses.map((_, index) => quoted(said.replies[index + 2]?.at(-1) ?? ''));
  const evidence = addresses.map((address, index) => ({
    asked: `RCPT TO:<${address}>`,
    by: what,
    answer: replies[index]!,
  }));
  return { kind: 'asked', what, replies, evidence };
}
