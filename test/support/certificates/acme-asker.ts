/** A client of ACME that does what it is told, wrong things too: for tests of a certificate authority. */
import { generateKeyPairSync } from 'node:crypto';
import { accountKey, signRequest, type AccountKey } from '#protocol/acme/jws';
import { httpsTransport, type HttpAnswer, type Transport } from '#clients/acme/request';
import type { TestCa } from '../lab/ca.ts';

export interface Question {
  readonly url: string;
  readonly payload?: object | undefined;
  /** What the signed header says, where it is not the truth. */
  readonly signedUrl?: string;
  readonly nonce?: string;
  readonly key?: AccountKey;
  /** Undefined: signed by the key itself. */
  readonly account?: string | undefined;
  /** Changes the body before it is sent. */
  readonly spoil?: (body: string) => string;
}

export class AcmeAsker implements Disposable {
  readonly key = newAccountKey();
  /** URL of the account, once there is one. */
  account: string | undefined;
  readonly base: string;
  readonly #transport: Transport;

  constructor({ ca, zone, dialer }: TestCa) {
    this.base = new URL(ca.directoryUrl).origin;
    this.#transport = httpsTransport({
      ca: ca.rootPem,
      userAgent: 'hikyaku test',
      network: { resolver: zone, dialer },
    });
  }

  get(path: string, method: 'GET' | 'HEAD' = 'GET'): Promise<HttpAnswer> {
    const url = `${this.base}${path}`;
    return this.#transport.request({ method, url }, AbortSignal.timeout(60_000));
  }

  async nonce(): Promise<string> {
    return (await this.get('/nonce', 'HEAD')).headers['replay-nonce'] as string;
  }

  /** Signed as the question says, by the account unless told otherwise. */
  async ask(question: Question): Promise<HttpAnswer & { readonly json: Record<string, unknown> }> {
    const { url, payload, signedUrl = url, key = this.key, spoil = (body) => body } = question;
    const account = 'account' in question ? question.account : this.account;
    const nonce = question.nonce ?? (await this.nonce());
    const body = spoil(signRequest(key, { url: signedUrl, nonce, account, payload }));
    const answer = await this.#transport.request(
      { method: 'POST', url, body },
      AbortSignal.timeout(60_000),
    );
    const isJson = String(answer.headers['content-type']).includes('json');
    return { ...answer, json: isJson ? (JSON.parse(answer.body) as Record<string, unknown>) : {} };
  }

  async register(): Promise<void> {
    const url = `${this.base}/account/new`;
    const made = await this.ask({
      url,
      account: undefined,
      payload: { termsOfServiceAgreed: true },
    });
    this.account = made.headers.location;
  }

  order(names: readonly string[], more: object = {}) {
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    return this.ask({ url: `${this.base}/order/new`, payload: { identifiers, ...more } });
  }

  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }
}

export function newAccountKey(): AccountKey {
  return accountKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}
