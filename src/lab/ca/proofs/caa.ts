/** Who may issue for a name: CAA records (RFC 8659), with account and method where they name them (RFC 8657). */
import type { ChallengeType } from '#lab/ca/challenge-types';
import type { CaaData, DnsAnswer } from '#protocol/dns/resolver';

export interface CaaQuestion {
  /** The name by which records mean this authority. */
  readonly issuer: string;
  readonly wildcard: boolean;
  readonly method: ChallengeType;
  /** Whether this is the URL of the account that orders. */
  readonly isAccount: (uri: string) => boolean;
}

export type CaaFound =
  /** Neither the name nor any above it has records: everybody may issue. */
  | { readonly kind: 'none' }
  | { readonly kind: 'records'; readonly at: string; readonly records: readonly CaaData[] }
  | { readonly kind: 'failure'; readonly at: string; readonly text: string };

/** RFC 8659 §3: the records of the nearest name upwards that has any. @param ask for the CAA records of a name */
export async function findCaa(
  name: string,
  ask: (name: string) => Promise<DnsAnswer<'CAA'>>,
): Promise<CaaFound> {
  for (let at = name; at !== ''; at = at.split('.').slice(1).join('.')) {
    const answer = await ask(at);
    if (answer.kind === 'failure') return { kind: 'failure', at, text: answer.text };
    if (answer.kind === 'records') return { kind: 'records', at, records: answer.records };
  }
  return { kind: 'none' };
}

const KNOWN_TAGS = new Set(['issue', 'issuewild', 'iodef']);
const CRITICAL = 0x80;

/** Undefined where the records let this authority issue; else one sentence why not. */
export function objectionOf(
  records: readonly CaaData[],
  question: CaaQuestion,
): string | undefined {
  const strange = records.find(
    ({ flags, tag }) => (flags & CRITICAL) !== 0 && !KNOWN_TAGS.has(tag.toLowerCase()),
  );
  // RFC 8659 §4.1
  if (strange) return `a critical property is not known here: ${strange.tag}`;
  const issue = valuesOf(records, 'issue');
  const wild = question.wildcard ? valuesOf(records, 'issuewild') : [];
  const [tag, values] = wild.length > 0 ? ['issuewild', wild] : ['issue', issue];
  // §4.2: records of other kinds forbid nothing
  if (values.length === 0) return undefined;
  if (values.some((value) => allows(value, question))) return undefined;
  return `no ${tag} record names ${question.issuer} for this account and method: ${values
    .map((value) => JSON.stringify(value))
    .join(', ')}`.slice(0, 500);
}

function valuesOf(records: readonly CaaData[], tag: string): string[] {
  return records.filter((one) => one.tag.toLowerCase() === tag).map(({ value }) => value);
}

function allows(value: string, { issuer, isAccount, method }: CaaQuestion): boolean {
  const [domain = '', ...rest] = value.split(';').map((part) => part.trim());
  if (domain.toLowerCase() !== issuer) return false;
  const parameters = rest.filter((part) => part !== '').map(parameterOf);
  // §4.2: a value that is not as it should be lets nobody issue
  if (parameters.some((one) => one === undefined)) return false;
  const named = (tag: string): string[] =>
    parameters.flatMap((one) => (one?.tag === tag ? [one.value] : []));
  const accounts = named('accounturi');
  const methods = named('validationmethods');
  // RFC 8657 §3, §4: several of one kind cannot be satisfied
  if (accounts.length > 1 || methods.length > 1) return false;
  return (
    accounts.every(isAccount) &&
    methods.every((list) => list.toLowerCase().split(',').includes(method))
  );
}

const PARAMETER = /^([a-zA-Z0-9][a-zA-Z0-9-]*)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)$/;

function parameterOf(text: string): { readonly tag: string; readonly value: string } | undefined {
  const match = PARAMETER.exec(text);
  return match === null ? undefined : { tag: match[1]!.toLowerCase(), value: match[2]! };
}
