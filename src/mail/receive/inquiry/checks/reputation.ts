/**
 * What is known of who brings the message (docs/decisions/0027): the client's network, and each domain that SPF or DKIM vouches for, aligned
 * with the author or not, since it is who answers for the message that counts here, not in whose name it speaks. A good history spares
 * greylisting; a bad one weighs toward junk, and refuses nothing by itself.
 */
import type { Check } from '#mail/receive/inquiry/check';
import type { CheckStep } from '#mail/receive/inquiry/check-step';
import { knownOf, NOTHING_TO_ASK, OFF } from '#mail/receive/inquiry/fact';
import type { ReputationFacts } from '#mail/receive/inquiry/facts';
import { vouchedFor } from '#mail/receive/inquiry/vouching';
import { rounded, roundedScore, type Known } from '#mail/reputation/known';
import type { Standing } from '#mail/reputation/score';

export const reputation: Check<'reputation', 'header'> = {
  gather({ client }, { history }, fact) {
    if (history === undefined) return OFF;
    const network = history.networkOf(client.address);
    const [spfFact, dkimFact] = [fact('spf'), fact('dkim')];
    if (network === undefined && isNoDns(spfFact) && isNoDns(dkimFact)) return NOTHING_TO_ASK;
    // asked for while DNS is
    const ofNetwork = network && history.of(network);
    return (async () => {
      const spf = knownOf(await spfFact);
      const host = spf?.result === 'pass' ? spf.domain : undefined;
      if (host !== undefined) void history.of({ kind: 'domain', name: host });
      const { domains } = vouchedFor(spf, knownOf(await dkimFact));
      const known = await Promise.all([
        ...(ofNetwork ? [ofNetwork] : []),
        ...domains.map((name) => history.of({ kind: 'domain', name })),
      ]);
      return judge(known, host);
    })();
  },

  outline: ({ result, known, excusedBy }) => ({
    result,
    steps: [
      ...known.map(stepOf),
      ...(excusedBy === undefined ? [] : [{ step: 'history-excused', domain: excusedBy }]),
      ...(known.length === 0 ? [{ step: 'history-nobody' }] : [{ step: `history-${result}` }]),
    ],
  }),

  find({ result, known, excusedBy }) {
    if (result === 'unknown') return [];
    return known
      .filter((one) => !isExcused(one, excusedBy))
      .filter(
        ({ standing }) => standing !== 'unknown' && (standing === 'good') === (result === 'good'),
      )
      .map(({ standing, sender }) => ({
        check: 'reputation',
        reason: `history-${standing as Exclude<Standing, 'unknown'>}`,
        subject: sender.name,
      }));
  },
};

/** Not a promise, and nothing that SPF or DKIM will say. */
function isNoDns(fact: object): boolean {
  return 'kind' in fact && fact.kind === 'not-asked';
}

function judge(known: readonly Known[], host: string | undefined): ReputationFacts {
  const isAgainst = ({ standing }: Known) => standing === 'poor' || standing === 'bad';
  const answersForHost = known.some(
    ({ sender, standing }) =>
      sender.kind === 'domain' && sender.name === host && standing === 'good',
  );
  const excusedBy =
    answersForHost && known.some((one) => one.sender.kind === 'network' && isAgainst(one))
      ? host
      : undefined;
  const standings = new Set(
    known.filter((one) => !isExcused(one, excusedBy)).map(({ standing }) => standing),
  );
  const result = WORST_FIRST.find((standing) => standings.has(standing)) ?? 'unknown';
  return { result, known, excusedBy };
}

const WORST_FIRST = ['bad', 'poor', 'good'] as const satisfies readonly Standing[];

function isExcused({ sender }: Known, excusedBy: string | undefined): boolean {
  return excusedBy !== undefined && sender.kind === 'network';
}

function stepOf({ sender, counts, score }: Known): CheckStep {
  const { name } = sender;
  if (counts === undefined) return { step: 'history-none', sender: name };
  return { step: 'history-of', sender: name, ...rounded(counts), score: roundedScore(score) };
}
