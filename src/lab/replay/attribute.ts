/**
 * Finds the questions of the DNS that were asked for one thing: by who asked, when, and for which names, those included that only an answer
 * brought up (the hosts of an MX record, what an SPF record includes). Each question is given away once. With each go the questions by which
 * the resolver found its answer. Pure.
 */
import type { AskedQuestion } from '#lab/dns/questions';
import { belongsTo, purposeOf, type Part, type Purpose } from './purposes.ts';

/** What is looked for. */
export interface Claim {
  /** An address. */
  readonly asker: string;
  readonly part: Part;
  /** Calendar milliseconds, both included. */
  readonly since: number;
  readonly until: number;
  /** Domains: names at and below them count. */
  readonly about: readonly string[];
  /** An address whose reverse names count. */
  readonly client?: string;
}

export interface Asked {
  readonly question: AskedQuestion;
  readonly purpose: Purpose;
  /** What the resolver asked of others for it; empty: it remembered. */
  readonly trail: readonly AskedQuestion[];
}

/** @param resolver its address @returns for each claim, in their order, what was asked for it, in the order of the questions */
export function attribute(
  claims: readonly Claim[],
  questions: readonly AskedQuestion[],
  resolver: string,
): readonly (readonly Asked[])[] {
  const taken = new Set<number>();
  const found = claims.map((claim) =>
    ownOf(
      claim,
      questions.filter(({ from, to, number }) => {
        return from === claim.asker && to === resolver && !taken.has(number);
      }),
      taken,
    ),
  );
  // after all: a question of one claim lies between those that answer another
  return found.map((own) =>
    own.map((one) => ({ ...one, trail: trailOf(one.question, questions, resolver, taken) })),
  );
}

/** A question by itself, whoever asked it. */
export function attributeOne(
  question: AskedQuestion,
  questions: readonly AskedQuestion[],
  { resolver, own }: { readonly resolver: string; readonly own: { readonly address: string } },
): Asked {
  const part = question.from === own.address ? 'sender' : 'receiver';
  const purpose = purposeOf(question, part, [question.name]);
  const isForResolver = question.to === resolver;
  const trail = isForResolver ? trailOf(question, questions, resolver, new Set()) : [];
  return { question, purpose, trail };
}

type Own = Omit<Asked, 'trail'>;

function ownOf(claim: Claim, candidates: readonly AskedQuestion[], taken: Set<number>): Own[] {
  const { part, since, until } = claim;
  const about = new Set(claim.about.map(plain));
  const reversed = claim.client?.split('.').toReversed().join('.');
  let open = candidates.flatMap((question): Own[] => {
    const purpose = purposeOf(question, part, claim.about);
    const isTimely = question.at >= since && question.at <= until;
    return isTimely && belongsTo(purpose, part) ? [{ question, purpose }] : [];
  });
  const own: Own[] = [];
  for (let more = true; more;) {
    const rest: Own[] = [];
    for (const one of open) {
      const name = plain(one.question.name);
      if (!isAbout(name, about) && !(reversed && name.startsWith(`${reversed}.`))) {
        rest.push(one);
        continue;
      }
      own.push(one);
      taken.add(one.question.number);
      for (const named of namesIn(one.question.answer)) about.add(named);
    }
    more = rest.length < open.length && rest.length > 0;
    open = rest;
  }
  return own.sort((a, b) => a.question.number - b.question.number);
}

function isAbout(name: string, about: ReadonlySet<string>): boolean {
  for (let rest = name; ; rest = rest.slice(rest.indexOf('.') + 1)) {
    if (about.has(rest)) return true;
    if (!rest.includes('.')) return false;
  }
}

/** Names that an answer leads to. */
function namesIn(answer: string): string[] {
  const records = [...answer.matchAll(/\b(?:MX \d+|CNAME|PTR) (\S+?)\.(?=,|$)/g)];
  const terms = [...answer.matchAll(/[ +?~-](?:include:|redirect=|a:|mx:|exists:)([\w.-]+)/g)];
  return [...records, ...terms].map((match) => plain(match[1]!));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Asked while the question waited for its answer, for its name, for what the answer passes through, or for the keys above them. */
function trailOf(
  { number, at, name, type, answer }: AskedQuestion,
  questions: readonly AskedQuestion[],
  resolver: string,
  taken: Set<number>,
): AskedQuestion[] {
  const names = [plain(name), ...namesIn(answer)];
  const trail = questions.filter((one) => {
    if (one.from !== resolver || one.number >= number || one.at < at || taken.has(one.number))
      return false;
    const asked = plain(one.name);
    const forKeys = ['DS', 'DNSKEY', 'NS'].includes(one.type);
    return names.some(
      (wanted) => (wanted === asked && one.type === type) || (forKeys && isAbove(asked, wanted)),
    );
  });
  for (const one of trail) taken.add(one.number);
  return trail;
}

function isAbove(zone: string, name: string): boolean {
  return zone === '' || zone === name || name.endsWith(`.${zone}`);
}
