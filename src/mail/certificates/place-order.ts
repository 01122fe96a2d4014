/**
 * One order of a certificate from beginning to end (RFC 8555 §7.4): account, order, authorizations, finalization, the certificate. Every
 * step is told; what can be expected to fail comes back with a cause.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AcmeClient, Polled } from '#clients/acme/client';
import { AcmeError } from '#clients/acme/failure';
import { acmeErrorWord, parseProblem } from '#protocol/acme/problem';
import type { AcmeAuthorization, AcmeOrder } from '#protocol/acme/resources';
import { answerChallenge, type AnswerContext, type Withdraw } from './answer-challenge.ts';
import { isAccountLost, openAccount, reopenAccount, type AccountContext } from './open-account.ts';
import { failureOf, problemFailure } from './order-failure.ts';
import { OrderFailed, type OrderFailure } from './order-steps.ts';
import { certificateRequest, keyTypeOf, readChain, type CertificateFacts } from './x509.ts';

export type OrderContext = AccountContext & AnswerContext;

export interface OrderWish {
  /** Sorted, in A-labels. */
  readonly names: readonly string[];
  /** PKCS #8 DER: by `newPrivateKey`. */
  readonly privateKey: Uint8Array;
  /** It is that of the certificate before. */
  readonly sameKey: boolean;
  /** Identifier of the certificate that this one takes the place of (RFC 9773 §5). */
  readonly replaces: string | undefined;
}

export type OrderOutcome =
  | { readonly kind: 'issued'; readonly chain: string; readonly facts: CertificateFacts }
  | { readonly kind: 'failed'; readonly failure: OrderFailure };

/** How long an authority may take to validate, and to issue. Milliseconds. */
const PATIENCE = 5 * 60 * 1000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** Longer is not waited for between two questions, whatever the authority says. */
const MOST_RETRY_AFTER = 60_000;

/** Never throws but for bugs and a lost database. */
export async function placeOrder(context: OrderContext, wish: OrderWish): Promise<OrderOutcome> {
  let client: AcmeClient | undefined;
  try {
    const again = async (error: unknown): Promise<AcmeClient> => {
      if (!(error instanceof AccountLost)) throw error;
      return reopenAccount(context, error.message);
    };
    client = await knownAccount(context).catch(again);
    const chain = await orderOnce(context, client, wish).catch(async (error: unknown) => {
      client = await again(error);
      return orderOnce(context, client, wish);
    });
    const facts = checkedChain(chain, wish);
    context.tell({
      step: 'issued',
      issuer: facts.issuer,
      until: new Date(facts.notAfter).toISOString(),
      rfc: 'RFC 8555 §7.4.2',
    });
    return { kind: 'issued', chain, facts };
  } catch (error) {
    const failure = expectedFailure(error, context.signal);
    if (failure === undefined) throw error;
    context.tell({ step: 'failed', ...failure, rfc: 'RFC 8555 §6.7' });
    return { kind: 'failed', failure };
  } finally {
    const count = client?.refusedNonces ?? 0;
    if (count > 0) context.tell({ step: 'nonces', count, rfc: 'RFC 8555 §6.5' });
  }
}

function expectedFailure(error: unknown, signal: AbortSignal): OrderFailure | undefined {
  if (signal.aborted) return { cause: 'stopped', text: String(signal.reason) };
  if (error instanceof OrderFailed) return error.failure;
  if (error instanceof AccountLost) return failureOf(error.cause.failure);
  return error instanceof AcmeError ? failureOf(error.failure) : undefined;
}

class AccountLost extends Error {
  declare readonly cause: AcmeError;
}

async function orderOnce(
  context: OrderContext,
  client: AcmeClient,
  wish: OrderWish,
): Promise<string> {
  const { url, order } = await newOrder(context, client, wish);
  await authorizeAll(context, client, order);
  const ready = await poll(
    context,
    () => client.order(url),
    (one) => one.status !== 'pending',
  );
  assertNotInvalid(ready);
  const done = await finalize(context, client, url, ready, wish);
  if (done.certificate === undefined) {
    throw new AcmeError({ kind: 'not-acme', text: 'a valid order names no certificate' });
  }
  return client.certificate(done.certificate);
}

async function knownAccount(context: OrderContext): Promise<AcmeClient> {
  try {
    return await openAccount(context);
  } catch (error) {
    throw isAccountLost(error)
      ? new AccountLost((error as Error).message, { cause: error })
      : error;
  }
}

async function newOrder(context: OrderContext, client: AcmeClient, wish: OrderWish) {
  const { tell } = context;
  const ask = (replaces: string | undefined) => client.newOrder(wish.names, replaces);
  try {
    const made = await ask(wish.replaces).catch((error: unknown) => {
      if (wish.replaces === undefined || !isNotReplacing(error)) throw error;
      tell({ step: 'not-replacing', rfc: 'RFC 9773 §5' });
      return ask(undefined);
    });
    tell({ step: 'ordered', names: wish.names, rfc: 'RFC 8555 §7.4' });
    return made;
  } catch (error) {
    if (!isAccountLost(error)) throw error;
    throw new AccountLost((error as Error).message, { cause: error });
  }
}

/** RFC 9773 §5: the certificate was replaced already, or the authority knows nothing of it. */
function isNotReplacing(error: unknown): boolean {
  if (!(error instanceof AcmeError) || error.failure.kind !== 'problem') return false;
  const word = acmeErrorWord(error.failure.problem);
  return word === 'alreadyReplaced' || word === 'malformed' || error.failure.status === 404;
}

/** All answers are in place before the authority is asked to look, so that what is slow is waited for once. */
async function authorizeAll(
  context: OrderContext,
  client: AcmeClient,
  order: AcmeOrder,
): Promise<void> {
  const { tell, settings } = context;
  const withdrawals: Withdraw[] = [];
  try {
    const open: { url: string; challenge: string; name: string }[] = [];
    for (const url of order.authorizations) {
      const { value } = await client.authorization(url);
      const name = nameOf(value);
      if (value.status === 'valid') {
        tell({ step: 'authorized-before', name, rfc: 'RFC 8555 §7.4' });
        continue;
      }
      const challenge = value.challenges.find(({ type }) => type === settings.challenge.type);
      if (challenge?.token === undefined) {
        const offered = value.challenges.map(({ type }) => type).join(', ');
        throw new OrderFailed({ cause: 'no-such-challenge', text: offered, name });
      }
      withdrawals.push(
        await answerChallenge(context, {
          name: value.identifier.value,
          token: challenge.token,
          keyAuthorization: client.keyAuthorization(challenge.token),
        }),
      );
      open.push({ url, challenge: challenge.url, name });
    }
    for (const { url, challenge, name } of open)
      await authorize(context, client, url, challenge, name);
  } finally {
    await Promise.all(withdrawals.map((withdraw) => withdraw()));
  }
}

async function authorize(
  context: OrderContext,
  client: AcmeClient,
  url: string,
  challengeUrl: string,
  name: string,
): Promise<void> {
  const { tell, clock } = context;
  const begun = clock.monotonic();
  await client.respond(challengeUrl);
  tell({ step: 'responded', name, rfc: 'RFC 8555 §7.5.1' });
  const ended = await poll(
    context,
    () => client.authorization(url),
    ({ status }) => status !== 'pending',
    name,
  );
  if (ended.status === 'valid') {
    const seconds = Math.round((clock.monotonic() - begun) / 1000);
    tell({ step: 'validated', name, seconds, rfc: 'RFC 8555 §7.5.1' });
    return;
  }
  const failed = ended.challenges.find(({ error }) => error !== undefined);
  const problem = parseProblem(failed?.error);
  throw new OrderFailed(
    problem === undefined
      ? { cause: 'other-problem', text: `the authorization is ${ended.status}`, name }
      : problemFailure(problem, name),
  );
}

async function finalize(
  context: OrderContext,
  client: AcmeClient,
  url: string,
  order: AcmeOrder,
  { names, privateKey, sameKey }: OrderWish,
): Promise<AcmeOrder> {
  let next: Polled<AcmeOrder> = { value: order, retryAfter: undefined };
  if (order.status === 'ready') {
    next = await client.finalize(order, await certificateRequest(names, privateKey));
    const keyKind = keyTypeOf(privateKey) === 'rsa' ? 'RSA 2048' : 'ECDSA P-256';
    context.tell({ step: 'finalized', keyKind, sameKey, rfc: 'RFC 8555 §7.4' });
  }
  const isOver = ({ status }: AcmeOrder): boolean => status === 'valid' || status === 'invalid';
  const ended = isOver(next.value)
    ? next.value
    : await poll(context, () => client.order(url), isOver);
  assertNotInvalid(ended);
  return ended;
}

function assertNotInvalid({ status, error }: AcmeOrder): void {
  if (status !== 'invalid') return;
  const problem = parseProblem(error);
  throw new OrderFailed(
    problem === undefined
      ? { cause: 'other-problem', text: 'the order is invalid' }
      : problemFailure(problem),
  );
}

/** Asks until it is as wanted (RFC 8555 §7.5.1), as often as the authority likes. */
async function poll<T>(
  { clock, signal }: OrderContext,
  ask: () => Promise<Polled<T>>,
  isDone: (value: T) => boolean,
  name?: string,
): Promise<T> {
  const deadline = clock.monotonic() + PATIENCE;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const { value, retryAfter } = await ask();
    if (isDone(value)) return value;
    const wait = retryAfter === undefined ? pause : Math.min(retryAfter, MOST_RETRY_AFTER);
    if (clock.monotonic() + wait > deadline) {
      const text = `nothing was decided within ${PATIENCE / 60_000} minutes`;
      throw new OrderFailed({ cause: 'too-slow', text, ...(name !== undefined && { name }) });
    }
    await delay(Math.max(wait, FIRST_PAUSE), undefined, { signal });
  }
}

function nameOf({ identifier, wildcard }: AcmeAuthorization): string {
  return wildcard === true ? `*.${identifier.value}` : identifier.value;
}

/** What came is for these names and this key, or it is nothing to serve. */
function checkedChain(chain: string, { names, privateKey }: OrderWish): CertificateFacts {
  const bad = (text: string): never => {
    throw new OrderFailed({ cause: 'bad-certificate', text });
  };
  let facts: CertificateFacts;
  try {
    facts = readChain(chain);
  } catch (error) {
    return bad(`it cannot be read: ${(error as Error).message}`);
  }
  if (names.some((name) => !facts.names.includes(name))) {
    return bad(`it is for ${facts.names.join(', ')}`);
  }
  if (!facts.isKey(privateKey)) return bad('it is for another key');
  return facts;
}
