/** T1: the certificates that the listeners show, for the name of the host and for the other names that are ordered. */
import { X509Certificate } from 'node:crypto';
import type { TlsAnswer } from '#clients/probe/probe';
import type { ServerContext } from '#mail/doctor/check';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { reachable, shown, tlsStartOf } from '#mail/doctor/own-listeners';
import type { ListenerFacts } from '#mail/doctor/server-facts';
import { DAY, quoted } from '#mail/doctor/spoken-values';

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
  const others = await otherNames(context);
  evidence.push(...others.flatMap((one) => one.evidence ?? []));
  // one listener with another certificate, or one name without its own, is enough to be wrong
  const worst = [...judged, ...others].toSorted(
    (a, b) => RANK.indexOf(a.finding) - RANK.indexOf(b.finding),
  )[0];
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
  'name-without',
  'name-about-to-end',
  'ending',
  'name-ending',
  'valid',
];

/** Names besides that of the host that are looked at: those of policies and of settings, two or three for each domain. */
const MOST_NAMES = 60;

/** What who asks for each of the other names that are ordered gets (SNI); nothing of those that are as they should be. */
async function otherNames(context: ServerContext): Promise<Outcome<'T1'>[]> {
  const { server, settings } = context;
  // every listener has the same certificates
  const [listener] = reachable(server);
  if (listener === undefined) return [];
  const ordered = new Set(server.certificates.flatMap(({ names }) => names));
  ordered.delete(settings.hostname);
  const names = [...ordered].filter((name) => !name.startsWith('*.')).slice(0, MOST_NAMES);
  const judged = await Promise.all(
    names.map(async (name): Promise<Outcome<'T1'> | undefined> => {
      const answer = await tlsOf(context, listener, name);
      if (answer.kind !== 'secured') return undefined;
      const own = firstOf(answer);
      const evidence = [
        {
          asked: `TLS ${shown(listener)} SNI ${name}`,
          by: listener.name,
          answer: `${own.fingerprint256} ${own.validToDate.toISOString().slice(0, 10)}`,
        },
      ];
      const left = Math.floor((own.validToDate.getTime() - context.realNow()) / DAY);
      if (own.checkHost(name) === undefined || answer.untrusted !== undefined) {
        const cause = quoted(answer.untrusted ?? own.subjectAltName ?? own.subject);
        return { finding: 'name-without', values: { name, cause }, evidence, about: name };
      }
      const values = { name, days: String(left) };
      if (left > DAYS.fine) return undefined;
      const finding = left < DAYS.bearable ? 'name-about-to-end' : 'name-ending';
      return { finding, values, evidence, about: name };
    }),
  );
  return judged.filter((one) => one !== undefined);
}

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
