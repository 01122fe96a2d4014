/** Whether a mechanism matches the client (RFC 7208 §5). `include` is in `check-domain.ts`, since it checks another domain. */
import type { DnsAnswer } from '#protocol/dns/resolver';
import type { CheckError, Evaluation } from './evaluation.ts';
import { isInNetwork, parseIp } from '#protocol/address/ip-address';
import type { Directive } from './record.ts';
import type { MatchReason } from './report.ts';

export interface Matched {
  readonly kind: 'match' | 'no-match';
  readonly reason: MatchReason;
  readonly target?: string;
}

export type MatchOutcome = Matched | CheckError;

type Named<Name extends Directive['name']> = Extract<Directive, { readonly name: Name }>;

/** The mechanisms that ask for a name. */
type Asking = Named<'a' | 'mx'> | Named<'ptr'> | Named<'exists'>;

export function matchDirective(
  evaluation: Evaluation,
  domain: string,
  directive: Exclude<Directive, Named<'include'>>,
): MatchOutcome | Promise<MatchOutcome> {
  if (directive.name === 'all') return { kind: 'match', reason: 'always' };
  if (directive.name !== 'ip4' && directive.name !== 'ip6')
    return matchByName(evaluation, domain, directive);
  const { network, prefixLength } = directive;
  const { ip } = evaluation.sender;
  if (ip.family !== network.family) return { kind: 'no-match', reason: 'other-family' };
  return isInNetwork(ip, network, prefixLength)
    ? { kind: 'match', reason: 'in-network' }
    : { kind: 'no-match', reason: 'outside-network' };
}

async function matchByName(
  evaluation: Evaluation,
  domain: string,
  directive: Asking,
): Promise<MatchOutcome> {
  const target = await evaluation.target(domain, directive.domain);
  // it asks nobody, and so counts for nothing
  if (target.kind === 'unusable')
    return { kind: 'no-match', reason: target.reason, target: target.name };
  const tooMany = evaluation.countLookup(domain, directive);
  if (tooMany !== undefined) return tooMany;
  const outcome = await matchName(evaluation, domain, directive, target.name);
  if (outcome.kind === 'error') return outcome;
  const isVoid = outcome.reason === 'nothing-found' || outcome.reason === 'client-has-no-name';
  const error = isVoid ? evaluation.countVoid(domain, directive) : undefined;
  return error ?? { ...outcome, target: target.name };
}

function matchName(
  evaluation: Evaluation,
  domain: string,
  directive: Asking,
  name: string,
): Promise<MatchOutcome> {
  switch (directive.name) {
    case 'a':
      return matchAddresses(evaluation, domain, directive, name);
    case 'mx':
      return matchExchanges(evaluation, domain, directive, name);
    case 'ptr':
      return matchNames(evaluation, domain, name);
    case 'exists':
      return matchExistence(evaluation, domain, name);
  }
}

const NOTHING: Matched = { kind: 'no-match', reason: 'nothing-found' };
const UNUSABLE: Matched = { kind: 'no-match', reason: 'unusable-name' };
const ADDRESS_FOUND: Matched = { kind: 'match', reason: 'address-found' };
const ADDRESS_NOT_FOUND: Matched = { kind: 'no-match', reason: 'address-not-found' };

/** RFC 7208 §5.3. */
async function matchAddresses(
  evaluation: Evaluation,
  domain: string,
  directive: Named<'a' | 'mx'>,
  name: string,
): Promise<MatchOutcome> {
  const answer = await evaluation.ask('RFC 7208 §5.3', domain, name, addressType(evaluation));
  if (answer.kind === 'failure') return failed(answer.cause) ?? UNUSABLE;
  if (answer.kind !== 'records') return NOTHING;
  return holdsClient(evaluation, answer, directive) ? ADDRESS_FOUND : ADDRESS_NOT_FOUND;
}

/**
 * RFC 7208 §5.4. The hosts are asked for at the same time. One that matches counts although another could not be looked up, so that
 * the result does not hang on the order in which a resolver gives records.
 */
async function matchExchanges(
  evaluation: Evaluation,
  domain: string,
  directive: Named<'a' | 'mx'>,
  name: string,
): Promise<MatchOutcome> {
  const answer = await evaluation.ask('RFC 7208 §5.4', domain, name, 'MX');
  if (answer.kind === 'failure') return failed(answer.cause) ?? UNUSABLE;
  if (answer.kind !== 'records') return NOTHING;
  if (answer.records.length > evaluation.limits.mxNames)
    return evaluation.tooManyMxNames(domain, directive);
  const hosts = answer.records.map(({ exchange }) => exchange).filter(isHost);
  const type = addressType(evaluation);
  const answers = await Promise.all(
    [...new Set(hosts)].map((host) => evaluation.ask('RFC 7208 §5.4', domain, host, type)),
  );
  if (answers.some((found) => holdsClient(evaluation, found, directive))) return ADDRESS_FOUND;
  for (const found of answers) {
    const error = found.kind === 'failure' ? failed(found.cause) : undefined;
    if (error !== undefined) return error;
  }
  return ADDRESS_NOT_FOUND;
}

/** RFC 7505: a null MX has no host. */
function isHost(exchange: string): boolean {
  return exchange !== '.' && exchange !== '';
}

/** RFC 7208 §5.5. */
async function matchNames(
  evaluation: Evaluation,
  domain: string,
  name: string,
): Promise<MatchOutcome> {
  const names = await evaluation.validatedNames(domain);
  if (names.isVoid) return { kind: 'no-match', reason: 'client-has-no-name' };
  return names.within(name) === undefined
    ? { kind: 'no-match', reason: 'no-validated-name' }
    : { kind: 'match', reason: 'validated-name' };
}

/** RFC 7208 §5.7: an A record, whatever the family of the client. */
async function matchExistence(
  evaluation: Evaluation,
  domain: string,
  name: string,
): Promise<MatchOutcome> {
  const answer = await evaluation.ask('RFC 7208 §5.7', domain, name, 'A');
  if (answer.kind === 'failure') return failed(answer.cause) ?? UNUSABLE;
  return answer.kind === 'records' ? { kind: 'match', reason: 'name-found' } : NOTHING;
}

/** The error of a look-up that failed; undefined where the name can be none, which is as if it did not exist. */
export function failed(
  cause: Extract<DnsAnswer, { kind: 'failure' }>['cause'],
): CheckError | undefined {
  if (cause === 'bad-name') return undefined;
  const reason = cause === 'aborted' ? 'time-is-up' : 'dns-failed';
  return { kind: 'error', result: 'temperror', reason };
}

function addressType({ sender }: Evaluation): 'A' | 'AAAA' {
  return sender.ip.family === 4 ? 'A' : 'AAAA';
}

function holdsClient(
  { sender: { ip } }: Evaluation,
  answer: DnsAnswer<'A' | 'AAAA'>,
  { prefixLength }: Named<'a' | 'mx'>,
): boolean {
  if (answer.kind !== 'records') return false;
  return answer.records.some((text) => {
    const address = parseIp(text);
    return address !== undefined && isInNetwork(ip, address, prefixLength[ip.family]);
  });
}
