/**
 * What this server answers to a certificate authority that comes to look. Orders are made by one node, but the authority may reach
 * any: the answers lie in PostgreSQL, and each node keeps those of orders under way in memory. Nodes hear of them by a notice; a token
 * that is not known is looked up once more, once a second for all that ask: an authority may be here before the notice.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import {
  putChallenge,
  readChallenges,
  removeChallenge,
  type StoredChallenge,
} from '#store/certificates/challenges';
import type { Notices } from '#store/database/notices';
import type { Pool } from '#store/database/open';
import { challengeCertificate, type PemPair } from './x509.ts';

/** HTTP-01 (RFC 8555 §8.3), for whoever listens on port 80. */
export interface ChallengeAnswers {
  /**
   * What to send as `application/octet-stream` to `GET /.well-known/acme-challenge/TOKEN`; undefined: 404.
   * @param token as it came, unchecked
   */
  tokenAnswer(token: string): Promise<string | undefined>;
}

/** TLS-ALPN-01 (RFC 8737), for whoever listens on port 443. */
export interface AlpnAnswers {
  /** For a client that offers `acme-tls/1` and asks for this name; undefined where nothing is being validated. */
  alpnCertificate(name: string): PemPair | undefined;
}

export interface ChallengesOptions {
  readonly pool: Pool;
  readonly notices: Pick<Notices, 'on' | 'say'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Prepared {
  readonly authorization: string;
  readonly pair: PemPair;
}

const LOOK_AGAIN = 1000;
const TOKEN = /^[\w-]{1,512}$/;

export class Challenges implements ChallengeAnswers, AlpnAnswers, Disposable {
  readonly #options: ChallengesOptions;
  readonly #stopListening: () => void;
  #tokens = new Map<string, string>();
  #certificates = new Map<string, Prepared>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Under way: it may have begun before what it is asked for was there. */
  #looking: Promise<void> | undefined;
  /** Begins when a second is over. */
  #nextLook: Promise<void> | undefined;

  constructor(options: ChallengesOptions) {
    this.#options = options;
    this.#stopListening = options.notices.on('certificates', () => void this.#lookAfresh());
  }

  async tokenAnswer(token: string): Promise<string | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const known = this.#tokens.get(token);
    if (known !== undefined) return known;
    await (this.#nextLook ??= this.#lookInTime());
    return this.#tokens.get(token);
  }

  alpnCertificate(name: string): PemPair | undefined {
    return this.#certificates.get(name.toLowerCase())?.pair;
  }

  /** Answers it from now on, here and soon on every node. */
  async put(challenge: StoredChallenge): Promise<void> {
    await putChallenge(this.#options.pool, challenge, this.#options.clock.now());
    this.#options.notices.say('certificates');
    await this.#lookAfresh();
  }

  async remove(challenge: StoredChallenge): Promise<void> {
    await removeChallenge(this.#options.pool, challenge);
    this.#options.notices.say('certificates');
  }

  [Symbol.dispose](): void {
    this.#stopListening();
  }

  async #lookInTime(): Promise<void> {
    const { clock } = this.#options;
    await clock.sleep(Math.max(0, this.#lookedAt + LOOK_AGAIN - clock.monotonic()));
    this.#nextLook = undefined;
    await this.#lookAfresh();
  }

  async #lookAfresh(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const { pool, clock, log } = this.#options;
    this.#lookedAt = clock.monotonic();
    try {
      const challenges = await readChallenges(pool);
      const tokens = new Map<string, string>();
      const certificates = new Map<string, Prepared>();
      for (const { type, name, token, keyAuthorization: authorization } of challenges) {
        if (type === 'http-01') tokens.set(token, authorization);
        else if (!certificates.has(name)) {
          const before = this.#certificates.get(name);
          const kept = before?.authorization === authorization ? before : undefined;
          const pair = kept?.pair ?? (await challengeCertificate(name, authorization, clock.now()));
          certificates.set(name, { authorization, pair });
        }
      }
      this.#tokens = tokens;
      this.#certificates = certificates;
    } catch (error) {
      log.warn('certificate.challenges-unknown', { error: (error as Error).message });
    }
  }
}
