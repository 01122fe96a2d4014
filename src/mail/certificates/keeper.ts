/**
 * Keeps the certificates of this server: orders those that are wanted, renews them in time, and warns where that does not succeed.
 * Any number of nodes run one; a lease lets one of them order for all. Whoever wants an order now asks the same keeper.
 */
import type { Transport } from '#clients/acme/request';
import type { Event } from '#events';
import { forgetCertificates, type StoredCertificate } from '#store/certificates/certificates';
import { forgetChallenges } from '#store/certificates/challenges';
import { forgetOrders } from '#store/certificates/orders';
import { addCertificateRequest } from '#store/certificates/requests';
import type { Notices } from '#store/database/notices';
import { bringIn, type BroughtIn } from './bring-in.ts';
import { underLease } from './lease.ts';
import { decideByHand, dueAt, readLines, type Decision, type Line, type LinesOf } from './lines.ts';
import { askRenewalInformation } from './renewal-information.ts';
import { renewLine, type RenewContext, type Renewed } from './renew-line.ts';
import type { AcmeSettings } from './acme-settings.ts';
import { revokeCertificate, type RevocationReason, type Revoked } from './revoke.ts';
import { warnOfEnd } from './warn-of-end.ts';

export interface KeeperOptions
  extends LinesOf, Omit<RenewContext, 'settings' | 'transport' | 'signal' | 'notices'> {
  readonly notices: Pick<Notices, 'on' | 'say'>;
  /** Undefined: nothing is ordered. */
  readonly settings: AcmeSettings | undefined;
  /** Opened for a round, disposed after it. */
  readonly transport: () => Transport;
  /** Unique for each call. */
  readonly newToken: () => string;
  /** This process, for people. */
  readonly node: string;
  readonly note: (event: Event) => void;
}

export interface RenewRequest {
  /** Undefined: all that are wanted. */
  readonly sets: readonly (readonly string[])[] | undefined;
  /** Those that are not due as well. */
  readonly force: boolean;
  /** Takes the next key. */
  readonly newKey: boolean;
  /** The sets are wanted from now on. */
  readonly wants?: true;
  /** Called as each comes to its end. */
  readonly ended: (line: RenewedLine) => void;
}

export type RenewedLine =
  | Renewed
  | {
      readonly kind: 'not-due' | 'rate-limited';
      readonly names: readonly string[];
      /** Calendar milliseconds. */
      readonly at: number;
    };

export type RenewAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'busy'; readonly node: string }
  | { readonly kind: 'off' };

export type RevokeAnswer =
  | Revoked
  /** It is of another one than the settings name. */
  | { readonly kind: 'other-authority' };

const HOUR = 60 * 60 * 1000;
/** Notices may be lost, and another node may have stopped in the middle. */
const LONGEST_SLEEP = HOUR;
/** Where another node holds the lease, or the database is out of reach. */
const LOOK_AGAIN = 60_000;
const SOON = 1000;
/** Certificates that ended are kept so long, to be counted and looked at. */
const REMEMBERED = 30 * 24 * HOUR;

export class CertificateKeeper {
  readonly #options: KeeperOptions;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #stopListening: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  /** Rounds of this process follow one another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Looks after the certificates from now on. */
  start(): void {
    this.#stopListening = this.#options.notices.on('certificates', () => this.look());
    this.#running = this.#run();
  }

  /** Something changed: looks now. */
  look(): void {
    this.#wake.abort();
  }

  lines(): Promise<readonly Line[]> {
    return readLines(this.#options);
  }

  /** Orders what is asked for by hand. @throws when the database is out of reach */
  async renew(request: RenewRequest): Promise<RenewAnswer> {
    try {
      return await this.#inTurn(request);
    } finally {
      // an order that failed comes again sooner than the keeper knew
      this.look();
    }
  }

  /** @param request undefined: whatever is due */
  #inTurn(request: RenewRequest | undefined): Promise<RenewAnswer> {
    const turn = this.#turn.then(() => this.#round(request));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Takes in what somebody got elsewhere, both in PEM. @throws when the database is out of reach */
  bringIn(chain: string, key: string): Promise<BroughtIn> {
    return bringIn(this.#options, chain, key);
  }

  /** Takes a certificate back, in turn with the orders. @throws when the database is out of reach */
  revoke(certificate: StoredCertificate, reason: RevocationReason): Promise<RevokeAnswer> {
    const turn = this.#turn.then(async (): Promise<RevokeAnswer> => {
      const { settings } = this.#options;
      if (certificate.origin === 'acme' && settings?.directory !== certificate.directory) {
        return { kind: 'other-authority' };
      }
      using transport = this.#options.transport();
      const { signal } = this.#stop;
      return revokeCertificate(
        { ...this.#options, settings, transport, signal },
        certificate,
        reason,
      );
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Breaks off what is under way. */
  async stop(): Promise<void> {
    this.#stopListening();
    this.#stop.abort('the server stops');
    this.#wake.abort();
    await this.#running;
    await this.#turn;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      let pause = LOOK_AGAIN;
      try {
        pause = await this.#lookAfter();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        log.warn('certificate.not-looked-after', { error: (error as Error).message });
      }
      await clock.sleep(pause, AbortSignal.any([this.#wake.signal, this.#stop.signal]));
    }
  }

  /** @returns how long nothing is to be done. Milliseconds */
  async #lookAfter(): Promise<number> {
    const { clock, settings } = this.#options;
    const lines = await this.lines();
    for (const { certificate, isWanted } of lines) {
      if (certificate && isWanted) await warnOfEnd(this.#options, certificate);
    }
    if (settings === undefined) return LONGEST_SLEEP;
    const next = Math.min(...lines.map((line) => nextTime(line, settings)));
    if (next > clock.now()) return Math.min(next - clock.now(), LONGEST_SLEEP);
    const answer = await this.#inTurn(undefined);
    // what it did has changed the times
    return answer.kind === 'busy' ? LOOK_AGAIN : SOON;
  }

  async #round(request: RenewRequest | undefined): Promise<RenewAnswer> {
    const { pool, clock, settings, newToken, node } = this.#options;
    if (settings === undefined) return { kind: 'off' };
    using transport = this.#options.transport();
    const context = { ...this.#options, settings, transport, signal: this.#stop.signal };
    let left = await this.lines();
    if (request !== undefined || left.some((line) => isDue(line, settings, clock.now()))) {
      const done = await underLease(pool, newToken(), node, context.signal, (signal) =>
        this.#order(request, { ...context, signal }),
      );
      if (done.kind === 'busy') return done;
      left = done.result;
    }
    // without the lease: who only asks keeps nobody from an order
    for (const { certificate } of left) {
      if (context.signal.aborted) break;
      if (certificate) await askRenewalInformation(context, certificate);
    }
    await forgetChallenges(pool, clock.now());
    await forgetCertificates(pool, clock.now() - REMEMBERED);
    return { kind: 'done' };
  }

  /** @returns lines for which nothing was to be ordered */
  async #order(request: RenewRequest | undefined, context: RenewContext): Promise<readonly Line[]> {
    const { pool, clock, settings, signal } = context;
    const left: Line[] = [];
    // under the lease as well: a round that knew of a wish before its order would order first
    if (request?.wants) {
      for (const set of request.sets ?? []) await addCertificateRequest(pool, set, clock.now());
    }
    // read under the lease: another node may have ordered meanwhile
    const lines = await this.lines();
    for (const line of lines) {
      if (signal.aborted) return [];
      const { names } = line;
      const decision = decide(line, request, settings.directory, clock.now());
      if (decision.kind === 'order') {
        const { newKey = false, force = false } = request ?? {};
        const renewed = await renewLine(context, line, { newKey, force });
        request?.ended(renewed);
      } else if (decision.kind !== 'leave') request?.ended({ names, ...decision });
      else left.push(line);
    }
    await forgetOrders(
      pool,
      lines.map(({ names }) => names),
    );
    return left;
  }
}

function isDue(line: Line, { directory }: Pick<AcmeSettings, 'directory'>, now: number): boolean {
  return line.isWanted && dueAt(line, directory) <= now;
}

function decide(
  line: Line,
  request: RenewRequest | undefined,
  directory: string,
  now: number,
): Decision {
  const { names, isWanted } = line;
  if (request === undefined) return { kind: isDue(line, { directory }, now) ? 'order' : 'leave' };
  const isAsked = request.sets?.some((set) => set.join(' ') === names.join(' ')) ?? isWanted;
  return isAsked ? decideByHand(line, { directory, force: request.force, now }) : { kind: 'leave' };
}

/** When the keeper has something to do for a line. */
function nextTime(line: Line, { directory }: AcmeSettings): number {
  const { certificate, isWanted } = line;
  const ask =
    certificate?.directory === directory
      ? (certificate.askRenewalAt ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY;
  return isWanted ? Math.min(ask, dueAt(line, directory)) : Number.POSITIVE_INFINITY;
}
