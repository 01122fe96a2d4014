/** T1, T2 and T5: what the listeners show, whether it can be renewed, and who may issue it. */
import { X509Certificate } from 'node:crypto';
import type { TlsAnswer } from '#clients/probe/probe';
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { addressesOf, ask, noAnswer } from '#mail/doctor/dns-questions';
import { above } from '#mail/doctor/domain-order';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { reachable, shown, tlsStartOf } from '#mail/doctor/own-listeners';
import type { ListenerFacts } from '#mail/doctor/server-facts';
import { DAY, listed, quoted } from '#mail/doctor/spoken-values';

/** The best TLS of a listener, looked at once for all checks. */
export function tlsOf(
  context: ServerContext,
  listener: ListenerFacts,
  serverName = context.settings.hostname,
): Promise<TlsAnswer> {
  const { address, port } = listener;
  const question = { address, port, start: tlsStartOf(listener), serverName };
  return context.share(`tls ${listener.name} ${serverName}`, () =>
    context.probes.tls(question, context.signal),
  );
}

/** Days left. */
const DAYS = { fine: 21, bearable: 7 };

export async function certificate(context: ServerContext): Promise<Outcome<'T1'>> {
  const looked = await Promise.all(
    reachable(context.server).map(async (listener) => ({
      listener,
      answer: await tlsOf(context, listener),
    })),
  );
  const evidence = looked.map(({ listener, answer }): Evidence => ({
    asked: `TLS ${shown(listener)}`,
    by: listener.name,
    answer: answer.kind === 'secured' ? firstOf(answer).fingerprint256 : causeOf(answer),
  }));
  const judged = looked.flatMap(({ answer }) =>
    answer.kind === 'secured' ? [judgeChain(context, answer)] : [],
  );
  // one listener with another certificate is enough to be wrong
  const worst = judged.toSorted((a, b) => RANK.indexOf(a.finding) - RANK.indexOf(b.finding))[0];
  if (worst !== undefined) return { ...worst, evidence };
  const first = looked[0];
  const values = {
    what: first ? shown(first.listener) : 'TLS',
    cause: first ? causeOf(first.answer) : 'PROXY',
  };
  return { finding: 'unreachable', values, evidence };
}

type Secured = Extract<TlsAnswer, { kind: 'secured' }>;

const RANK: readonly string[] = [
  'expired',
  'wrong-name',
  'self-signed',
  'incomplete-chain',
  'about-to-end',
  'ending',
  'valid',
];

function firstOf({ chain }: Secured): X509Certificate {
  return new X509Certificate(chain[0]!);
}

function judgeChain(context: ServerContext, answer: Secured): Outcome<'T1'> {
  const own = firstOf(answer);
  const left = own.validToDate.getTime() - context.realNow();
  if (left <= 0)
    return { finding: 'expired', values: { date: own.validToDate.toISOString().slice(0, 10) } };
  if (own.checkHost(context.settings.hostname) === undefined) {
    const names = quoted(own.subjectAltName ?? own.subject);
    return { finding: 'wrong-name', values: { names }, about: names };
  }
  const { untrusted } = answer;
  if (untrusted !== undefined) {
    return own.issuer === own.subject
      ? { finding: 'self-signed', values: {} }
      : { finding: 'incomplete-chain', values: { cause: quoted(untrusted) } };
  }
  const days = Math.floor(left / DAY);
  const values = { days: String(days), issuer: quoted(own.issuer.replaceAll('\n', ', ')) };
  if (days < DAYS.bearable) return { finding: 'about-to-end', values };
  return { finding: days <= DAYS.fine ? 'ending' : 'valid', values };
}

export function causeOf(answer: TlsAnswer): string {
  switch (answer.kind) {
    case 'secured':
      return `${answer.version} ${answer.cipher}`;
    case 'no-starttls':
      return 'no STARTTLS';
    case 'no-handshake':
    case 'failed':
      return quoted(answer.cause);
  }
}

/** RFC 8555 §8.3. */
const CHALLENGE = '/.well-known/acme-challenge/hikyaku-doctor';

export async function renewal(context: ServerContext): Promise<Outcome<'T2'>> {
  const { certificates } = context.server;
  if (certificates.length === 0) return { finding: 'not-used', values: {} };
  const limited = certificates.find((one) => one.limited);
  if (limited) return { finding: 'slowed', values: { cause: quoted(limited.failure ?? '') } };
  const failed = certificates.find(({ failure }) => failure !== undefined);
  if (failed) return { finding: 'failing', values: { cause: quoted(failed.failure!) } };
  const challenged = certificates.filter(({ overHttp }) => overHttp);
  const names = [...new Set(challenged.flatMap((one) => one.names))];
  const looked = await Promise.all(names.map((name) => challengePath(context, name)));
  const evidence = looked.flatMap((one) => one.evidence);
  const closed = looked.find(({ cause }) => cause !== undefined);
  if (closed) return { finding: 'closed', values: { cause: closed.cause! }, evidence };
  const next = Math.min(...certificates.map(({ renewAt }) => renewAt ?? Infinity));
  const shownNext = Number.isFinite(next) ? new Date(next).toISOString().slice(0, 10) : '?';
  return { finding: 'ready', values: { next: shownNext }, evidence };
}

/** Any answer but an error of the server shows that the way is open: nobody gave us this challenge. */
async function challengePath(
  context: ServerContext,
  host: string,
): Promise<{ readonly cause: string | undefined; readonly evidence: readonly Evidence[] }> {
  const { addresses, evidence } = await addressesOf(context, host);
  const [address] = addresses;
  if (address === undefined) return { cause: `${host}: no address`, evidence };
  const answer = await context.probes.http(
    { address, port: 80, host, path: CHALLENGE },
    context.signal,
  );
  const text = typeof answer === 'number' ? `HTTP ${answer}` : answer.cause;
  const seen = [...evidence, { asked: `http://${host}${CHALLENGE}`, by: address, answer: text }];
  const isOpen = typeof answer === 'number' && answer < 500;
  return { cause: isOpen ? undefined : `${host}: ${text}`, evidence: seen };
}

/** RFC 8659 §3: the records of the nearest name that has any. */
export async function issuers(context: Context): Promise<Outcome<'T5'>> {
  const { hostname, issuer } = context.settings;
  const evidence: Evidence[] = [];
  for (const name of [hostname, ...above(hostname)]) {
    const asked = await ask(context, name, 'CAA');
    evidence.push(asked.evidence);
    if (asked.answer.kind === 'failure')
      return noAnswer(asked.evidence.asked, asked.answer, evidence);
    if (asked.records.length === 0) continue;
    const issue = asked.records.filter(({ tag }) => tag.toLowerCase() === 'issue');
    const allowed = issue.map(({ value }) => value.split(';', 1)[0]!.trim().toLowerCase());
    // records that restrict something else let everybody issue
    if (issue.length === 0 || allowed.includes(issuer))
      return { finding: 'allows', values: { name, issuer }, evidence };
    const values = { name, allowed: listed(allowed.map((one) => one || ';')), issuer };
    return { finding: 'forbids', values, evidence, about: values.allowed };
  }
  return { finding: 'none', values: {}, evidence };
}
