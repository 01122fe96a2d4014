/**
 * A client of ACME (RFC 8555): signed requests with nonces, and one method for each thing that can be asked. What an order is made of
 * stands in `mail/certificates/`. Used for one order and then disposed; not for concurrent orders.
 */
import type { z } from 'zod';
import type { Clock } from '#clock';
import { acmeErrorWord, parseProblem } from '#protocol/acme/problem';
import {
  bindExternalAccount,
  keyAuthorization,
  signRequest,
  type AccountKey,
  type ExternalAccount,
} from '#protocol/acme/jws';
import {
  accountSchema,
  authorizationSchema,
  challengeSchema,
  directorySchema,
  orderSchema,
  renewalInfoSchema,
  type AcmeAuthorization,
  type AcmeDirectory,
  type AcmeOrder,
} from '#protocol/acme/resources';
import { readRetryAfter } from '#protocol/acme/retry-after';
import { AcmeError } from './failure.ts';
import type { HttpAnswer, HttpRequest, Transport } from './request.ts';

export interface AcmeClientOptions {
  readonly transport: Transport;
  /** URL of the directory. */
  readonly directory: string;
  readonly key: AccountKey;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
}

/** A resource, and how long to wait before it is asked for again. Milliseconds. */
export interface Polled<T> {
  readonly value: T;
  readonly retryAfter: number | undefined;
}

export interface NewAccount {
  /** `mailto:` is put before it; '' for none. */
  readonly contact: string;
  readonly external: ExternalAccount | undefined;
}

export interface SuggestedWindow {
  /** Calendar milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly explanation: string | undefined;
  readonly retryAfter: number | undefined;
}

/** A nonce is refused now and then (§6.5); so often in a row only by a server that is broken. */
const MOST_NONCES = 12;

export class AcmeClient {
  readonly #options: AcmeClientOptions;
  #directory: AcmeDirectory | undefined;
  #account: string | undefined;
  #nonce: string | undefined;
  #refusedNonces = 0;

  constructor(options: AcmeClientOptions) {
    this.#options = options;
  }

  /** Nonces that the authority did not take; each request was sent again. */
  get refusedNonces(): number {
    return this.#refusedNonces;
  }

  /** URL of the account that requests are signed for. */
  useAccount(url: string): void {
    this.#account = url;
  }

  /** What answers a challenge with this token (§8.1). */
  keyAuthorization(token: string): string {
    return keyAuthorization(token, this.#options.key);
  }

  async directory(): Promise<AcmeDirectory> {
    if (this.#directory === undefined) {
      const answer = await this.#send({ method: 'GET', url: this.#options.directory });
      this.#directory = read(answer, directorySchema, 'its directory');
    }
    return this.#directory;
  }

  /** §7.3: makes the account of the key, or finds it. Its URL and whether it is new. Says that the terms are agreed to. */
  async register(account: NewAccount): Promise<{ readonly url: string; readonly isNew: boolean }> {
    const { newAccount } = await this.directory();
    const { contact, external } = account;
    const payload = {
      termsOfServiceAgreed: true,
      ...(contact !== '' && { contact: [`mailto:${contact}`] }),
      ...(external && {
        externalAccountBinding: bindExternalAccount(this.#options.key, external, newAccount),
      }),
    };
    const answer = await this.#post(newAccount, payload, { byKey: true });
    read(answer, accountSchema, 'the account');
    const { location } = answer.headers;
    if (location === undefined || !location.startsWith('https://')) {
      throw new AcmeError({ kind: 'not-acme', text: 'the account has no URL' });
    }
    this.#account = location;
    return { url: location, isNew: answer.status === 201 };
  }

  /** §7.3.2. */
  async changeContact(contact: string): Promise<void> {
    await this.#post(this.#account!, { contact: contact === '' ? [] : [`mailto:${contact}`] });
  }

  /**
   * §7.4.
   * @param replaces identifier of the certificate that this one takes the place of (RFC 9773 §5); not sent where the authority
   * does not know what it means
   */
  async newOrder(
    names: readonly string[],
    replaces: string | undefined,
  ): Promise<{ readonly url: string; readonly order: AcmeOrder }> {
    const { newOrder, renewalInfo } = await this.directory();
    const answer = await this.#post(newOrder, {
      identifiers: names.map((value) => ({ type: 'dns', value })),
      ...(replaces !== undefined && renewalInfo !== undefined && { replaces }),
    });
    const url = answer.headers.location;
    if (url === undefined || !url.startsWith('https://')) {
      throw new AcmeError({ kind: 'not-acme', text: 'the order has no URL' });
    }
    return { url, order: read(answer, orderSchema, 'the order') };
  }

  async order(url: string): Promise<Polled<AcmeOrder>> {
    return this.#polled(await this.#post(url, undefined), orderSchema, 'the order');
  }

  async authorization(url: string): Promise<Polled<AcmeAuthorization>> {
    const answer = await this.#post(url, undefined);
    return this.#polled(answer, authorizationSchema, 'an authorization');
  }

  /** §7.5.1: the answer to the challenge is in its place. */
  async respond(challengeUrl: string): Promise<void> {
    read(await this.#post(challengeUrl, {}), challengeSchema, 'a challenge');
  }

  /** §7.4. @param csr DER */
  async finalize({ finalize }: AcmeOrder, csr: Uint8Array): Promise<Polled<AcmeOrder>> {
    const answer = await this.#post(finalize, { csr: Buffer.from(csr).toString('base64url') });
    return this.#polled(answer, orderSchema, 'the order');
  }

  /** §7.4.2: the chain, in PEM. */
  async certificate(url: string): Promise<string> {
    return (await this.#post(url, undefined)).body;
  }

  /** §7.6. @param certificate DER @param reason of RFC 5280 §5.3.1 */
  async revoke(certificate: Uint8Array, reason: number): Promise<void> {
    const { revokeCert } = await this.directory();
    const encoded = Buffer.from(certificate).toString('base64url');
    await this.#post(revokeCert, { certificate: encoded, reason });
  }

  /** RFC 9773 §4: when the authority would have a certificate renewed; undefined where it has no opinion. */
  async renewalInfo(certificateId: string): Promise<SuggestedWindow | undefined> {
    const { renewalInfo } = await this.directory();
    if (renewalInfo === undefined) return undefined;
    const url = `${renewalInfo.replace(/\/$/, '')}/${certificateId}`;
    const answer = await this.#send({ method: 'GET', url });
    const { value, retryAfter } = this.#polled(answer, renewalInfoSchema, 'renewal information');
    return {
      start: Date.parse(value.suggestedWindow.start),
      end: Date.parse(value.suggestedWindow.end),
      explanation: value.explanationURL,
      retryAfter,
    };
  }

  /** @param byKey signed for no account yet */
  async #post(
    url: string,
    payload: object | undefined,
    { byKey = false } = {},
  ): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      const nonce = this.#nonce ?? (await this.#newNonce());
      this.#nonce = undefined;
      const account = byKey ? undefined : this.#account!;
      const body = signRequest(this.#options.key, { url, nonce, account, payload });
      try {
        return await this.#send({ method: 'POST', url, body });
      } catch (error) {
        // §6.5: sent again with a nonce that came with the refusal
        if (!isBadNonce(error) || attempt === MOST_NONCES) throw error;
        this.#refusedNonces++;
      }
    }
  }

  async #newNonce(): Promise<string> {
    const { newNonce } = await this.directory();
    await this.#send({ method: 'HEAD', url: newNonce });
    if (this.#nonce !== undefined) return this.#nonce;
    throw new AcmeError({ kind: 'not-acme', text: 'it gives no nonce' });
  }

  /** @throws AcmeError unless it was answered with success */
  async #send(request: HttpRequest): Promise<HttpAnswer> {
    const { transport, signal, clock } = this.#options;
    let answer: HttpAnswer;
    try {
      answer = await transport.request(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new AcmeError({ kind: 'unreachable', text: (error as Error).message });
    }
    const nonce = answer.headers['replay-nonce'];
    if (typeof nonce === 'string' && /^[\w-]{1,1024}$/.test(nonce)) this.#nonce = nonce;
    if (answer.status >= 200 && answer.status < 300) return answer;
    const problem = parseProblem(jsonOf(answer));
    const retryAfter = readRetryAfter(answer.headers['retry-after'], clock.now());
    if (problem === undefined && answer.status < 500 && answer.status !== 429) {
      throw new AcmeError({
        kind: 'not-acme',
        text: `${request.url} answered with status ${answer.status}`,
      });
    }
    throw new AcmeError({
      kind: 'problem',
      status: answer.status,
      problem: problem ?? {
        type: 'about:blank',
        detail: `status ${answer.status} without an explanation`,
        subproblems: [],
      },
      retryAfter,
    });
  }

  #polled<T>(answer: HttpAnswer, schema: z.ZodType<T>, what: string): Polled<T> {
    const retryAfter = readRetryAfter(answer.headers['retry-after'], this.#options.clock.now());
    return { value: read(answer, schema, what), retryAfter };
  }
}

function read<T>(answer: HttpAnswer, schema: z.ZodType<T>, what: string): T {
  const parsed = schema.safeParse(jsonOf(answer));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const text = `${what} cannot be read: ${[...path, message].join(' ')}`;
  throw new AcmeError({ kind: 'not-acme', text });
}

function jsonOf({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isBadNonce(error: unknown): boolean {
  return (
    error instanceof AcmeError &&
    error.failure.kind === 'problem' &&
    acmeErrorWord(error.failure.problem) === 'badNonce'
  );
}
