/**
 * What a judged message counts for, or against, whoever brought it (docs/decisions/0027). Counted is what the checks say without history,
 * and only what is final: a message that is to come again counts when it has. A domain that only a signature vouches for counts once for
 * each signature, so that nobody can send a thousand copies of what somebody else signed.
 */
import type { Counts } from '#mail/reputation/score';
import type { Sender } from '#store/reputation/sender-history';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { Finding } from '#mail/receive/inquiry/findings';
import { countedSignatures } from '#mail/receive/inquiry/vouching';
import { isBlamed } from './blame.ts';
import type { Judgement } from './judgement.ts';
import type { Policies } from './policies.ts';
import { verdict, type Judged, type RecipientVerdict, type Verdict } from './verdict.ts';

export interface Credit {
  readonly sender: Sender;
  readonly counts: Partial<Counts>;
}

/** @param isRepeated whether a signature was counted before; it is from now on */
export function creditsOf(
  { facts, findings, verdict: judged }: Pick<Judgement, 'facts' | 'findings' | 'verdict'>,
  recipients: readonly Judged[],
  policies: Policies,
  isRepeated: (signature: string) => boolean,
): readonly Credit[] {
  const known = knownOf(facts.reputation)?.known ?? [];
  if (known.length === 0) return [];
  const others = findings.filter(({ check }) => check !== 'reputation');
  const plain = others.length === findings.length ? judged : verdict(others, recipients, policies);
  if (isPutOff(plain) || isPutOff(judged)) return [];
  // what lies in Junk for its history alone was not seen to be good: nobody gets out of there by sending more
  if (reachesInbox(plain) && !reachesInbox(judged)) return [];
  const scanned = knownOf(facts.content)?.result;
  const isSpam = scanned === 'junk' || scanned === 'reject';
  return known.flatMap(({ sender }) => {
    const became = outcomeFor(sender.kind, plain);
    if (became === undefined || !isAnswerable(sender, facts, isRepeated)) return [];
    return [{ sender, counts: { [became]: 1, ...(isSpam && { spam: 1 }) } }];
  });
}

function isPutOff(judged: Verdict): boolean {
  return judged.kind === 'refuse' && judged.how !== 'reject';
}

function reachesInbox(judged: Verdict): boolean {
  return judged.kind === 'accept' && [...judged.recipients.values()].some(isInbox);
}

function isInbox({ kind }: RecipientVerdict): boolean {
  return kind === 'inbox';
}

/** Undefined where what decided was no fault of such a sender. */
function outcomeFor(
  kind: Sender['kind'],
  judged: Verdict,
): 'accepted' | 'junked' | 'refused' | undefined {
  const blames = (because: readonly Finding[]) =>
    because.some(({ reason }) => isBlamed(kind, reason));
  if (judged.kind === 'refuse') return blames(judged.because) ? 'refused' : undefined;
  if (reachesInbox(judged)) return 'accepted';
  return [...judged.recipients.values()].some(({ because }) => blames(because))
    ? 'junked'
    : undefined;
}

/** SPF holds for this very session; a signature may have been made for another. */
function isAnswerable(
  { kind, name }: Sender,
  facts: AllFacts,
  isRepeated: (signature: string) => boolean,
): boolean {
  if (kind === 'network') return true;
  const spf = knownOf(facts.spf);
  if (spf?.result === 'pass' && spf.domain === name) return true;
  const signatures = countedSignatures(knownOf(facts.dkim)).filter(
    ({ result, domain }) => result === 'pass' && domain === name,
  );
  return signatures
    .map(({ selector, signaturePrefix }) => isRepeated(`${name} ${selector} ${signaturePrefix}`))
    .includes(false);
}
