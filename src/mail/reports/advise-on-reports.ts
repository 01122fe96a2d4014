/**
 * What others report of mail in the name of a domain, source by source, and what its owner does next: none, quarantine, reject (RFC 9989
 * §5.1). Pure. Called by the admin and the doctor.
 */
import type { DnsPlan } from '#mail/dns-plan/record';
import { formatIp, parseIp } from '#protocol/address/ip-address';
import { txtText } from '#protocol/dns/resolver';
import type { ReportedPolicy, ReportedSource } from '#store/reports/dmarc-reports';

/** own: this server · passes: another host whose mail passes, a service or a forwarder · unknown: nothing from there passes. */
export type SourceKind = 'own' | 'passes' | 'unknown';

export type ReportAdvice =
  | { readonly step: 'no-reports' }
  | { readonly step: 'mend-own' | 'back-off'; readonly messages: number; readonly failed: number }
  | { readonly step: 'own-unseen' | 'watch'; readonly days: number }
  | { readonly step: 'end-test' | 'to-quarantine' | 'to-reject' | 'done'; readonly days: number };

const DAY = 86_400_000;
/** Percent of our own mail that passes before a policy is raised, as the doctor has it (M4). */
const ENOUGH = 98;
/** Two weeks have every weekly letter twice. */
const WATCHED = 14;

/** Where this server sends from, by the records that it wants published: its addresses, and those of its SPF record. */
export function ownSources(plan: DnsPlan | undefined): ReadonlySet<string> {
  const texts = (plan?.records ?? []).flatMap((record) => {
    const { purpose, type } = record;
    if (type === 'A' || type === 'AAAA') return purpose === 'host-address' ? [record.data] : [];
    if (type !== 'TXT' || (purpose !== 'spf' && purpose !== 'host-spf')) return [];
    return txtText(record.data)
      .split(' ')
      .flatMap((term) => /^\+?ip[46]:([0-9A-Fa-f.:]+)$/.exec(term)?.[1] ?? []);
  });
  return new Set(texts.flatMap((text) => canonical(text) ?? []));
}

export function kindOfSource(
  { sourceIp, aligned }: Pick<ReportedSource, 'sourceIp' | 'aligned'>,
  own: ReadonlySet<string>,
): SourceKind {
  if (own.has(sourceIp)) return 'own';
  return aligned > 0 ? 'passes' : 'unknown';
}

export function ownCounts(
  sources: readonly ReportedSource[],
  own: ReadonlySet<string>,
): { readonly messages: number; readonly aligned: number } {
  const ours = sources.filter((source) => own.has(source.sourceIp));
  const sum = (count: (source: ReportedSource) => number): number =>
    ours.reduce((total, source) => total + count(source), 0);
  return { messages: sum(({ messages }) => messages), aligned: sum(({ aligned }) => aligned) };
}

export function adviseOnReports(
  reported: ReportedPolicy | undefined,
  { messages, aligned }: { readonly messages: number; readonly aligned: number },
): ReportAdvice {
  if (reported === undefined) return { step: 'no-reports' };
  const { policy, sinceAt, lastAt } = reported;
  const days = Math.max(1, Math.round((lastAt.getTime() - sinceAt.getTime()) / DAY));
  const isAsking = policy.p !== 'none' && policy.testing !== 'y';
  if (messages > 0 && (100 * aligned) / messages < ENOUGH)
    return { step: isAsking ? 'back-off' : 'mend-own', messages, failed: messages - aligned };
  if (policy.p === 'reject' && isAsking) return { step: 'done', days };
  if (messages === 0) return { step: 'own-unseen', days };
  if (days < WATCHED) return { step: 'watch', days };
  if (policy.testing === 'y') return { step: 'end-test', days };
  return { step: policy.p === 'none' ? 'to-quarantine' : 'to-reject', days };
}

function canonical(text: string): string | undefined {
  const address = parseIp(text);
  return address && formatIp(address);
}
