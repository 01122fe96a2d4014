/** T3 and T4: which TLS the listeners take, and whether any offers a login without it. */
import type { ServerContext } from '#mail/doctor/check';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import {
  hostPort,
  IMAP,
  IMPLICIT,
  reachable,
  shown,
  targetOf,
  tlsStartOf,
} from '#mail/doctor/own-listeners';
import type { ListenerFacts } from '#mail/doctor/server-facts';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { causeOf, tlsOf } from './certificates.ts';

const OLD = ['TLSv1', 'TLSv1.1'] as const;
/** Without forward secrecy, or with ciphers that are broken (RFC 9325 §4.2). OpenSSL's names. */
const WEAK =
  'AES128-SHA:AES256-SHA:AES128-SHA256:AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:DES-CBC3-SHA:RC4-SHA:@SECLEVEL=0';

export async function tlsVersions(context: ServerContext): Promise<Outcome<'T3'>> {
  const looked = await Promise.all(
    reachable(context.server).map((listener) => lookAt(context, listener)),
  );
  const evidence = looked.flatMap((one) => one.evidence);
  const wrong = (finding: string): Looked['outcome'] =>
    looked.find(({ outcome }) => outcome?.finding === finding)?.outcome;
  const worst = wrong('no-starttls') ?? wrong('old') ?? wrong('weak-suite') ?? wrong('unreachable');
  if (worst) return { ...worst, evidence };
  const versions = listed(looked.map(({ listener, version }) => `${shown(listener)} ${version}`));
  return { finding: 'modern', values: { versions }, evidence };
}

interface Looked {
  readonly listener: ListenerFacts;
  readonly version: string;
  readonly outcome: Outcome<'T3'> | undefined;
  readonly evidence: readonly Evidence[];
}

async function lookAt(context: ServerContext, listener: ListenerFacts): Promise<Looked> {
  const { probes, settings, signal } = context;
  const { address, port } = listener;
  const question = {
    address,
    port,
    start: tlsStartOf(listener),
    serverName: settings.hostname,
  } as const;
  const best = await tlsOf(context, listener);
  const asked = (what: string): string => `TLS ${what} ${shown(listener)}`;
  const evidence: Evidence[] = [{ asked: asked(''), by: listener.name, answer: causeOf(best) }];
  const version = best.kind === 'secured' ? best.version : '';
  const found = (outcome: Outcome<'T3'> | undefined): Looked => ({
    listener,
    version,
    outcome,
    evidence,
  });
  const name = shown(listener);
  if (best.kind === 'no-starttls')
    return found({ finding: 'no-starttls', values: { port: name }, about: name });
  if (best.kind !== 'secured')
    return found({ finding: 'unreachable', values: { what: name, cause: causeOf(best) } });
  for (const old of OLD) {
    const answer = await probes.tls({ ...question, version: old }, signal);
    evidence.push({ asked: asked(old), by: listener.name, answer: causeOf(answer) });
    if (answer.kind === 'secured')
      return found({ finding: 'old', values: { port: name, version: old }, about: name });
  }
  const weak = await probes.tls({ ...question, version: 'TLSv1.2', ciphers: WEAK }, signal);
  evidence.push({ asked: asked('weak suites'), by: listener.name, answer: causeOf(weak) });
  return weak.kind === 'secured'
    ? found({ finding: 'weak-suite', values: { port: name, suite: weak.cipher }, about: name })
    : found(undefined);
}

export async function loginInClear(context: ServerContext): Promise<Outcome<'T4'>> {
  const clear = reachable(context.server).filter(({ name }) => !IMPLICIT.has(name));
  const looked = await Promise.all(clear.map((listener) => offersOf(context, listener)));
  const evidence = looked.flatMap(({ evidence: one }) => one ?? []);
  const open = looked.find(({ line }) => line !== undefined);
  if (open) {
    const port = shown(open.listener);
    return { finding: 'clear', values: { port, line: quoted(open.line!) }, evidence, about: port };
  }
  const failed = looked.find(({ cause }) => cause !== undefined);
  if (failed)
    return {
      finding: 'unreachable',
      values: { what: shown(failed.listener), cause: failed.cause! },
      evidence,
    };
  return { finding: 'yes', values: { ports: listed(clear.map(shown)) }, evidence };
}

interface Offers {
  readonly listener: ListenerFacts;
  /** That offers a login. */
  readonly line?: string | undefined;
  readonly cause?: string;
  readonly evidence?: Evidence;
}

async function offersOf(context: ServerContext, listener: ListenerFacts): Promise<Offers> {
  const isImap = IMAP.has(listener.name);
  const lines = isImap ? ['d1 CAPABILITY', 'd2 LOGOUT'] : ['EHLO doctor.invalid', 'QUIT'];
  const protocol = isImap ? 'imap' : 'smtp';
  const said = await context.probes.dialogue(targetOf(listener), protocol, lines, context.signal);
  if (said.kind === 'failed') return { listener, cause: said.cause };
  const offered = said.replies[0] ?? [];
  const line = isImap ? loginOfImap(offered) : offered.find((one) => /^250[- ]AUTH\b/i.test(one));
  const evidence = {
    asked: lines[0]!,
    by: hostPort(listener),
    answer: quoted(offered.join(' | ')),
  };
  return { listener, line, evidence };
}

/** RFC 9051 §6.2.3: LOGINDISABLED, or LOGIN works. */
function loginOfImap(lines: readonly string[]): string | undefined {
  const line = lines.find((one) => /^\* CAPABILITY\b/i.test(one)) ?? '';
  const words = line.toUpperCase().split(' ');
  const isOpen =
    !words.includes('LOGINDISABLED') || words.some((word) => /^AUTH=(PLAIN|LOGIN)$/.test(word));
  return isOpen ? line : undefined;
}
