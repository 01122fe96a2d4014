/**
 * The one place that knows how clients behave: rates, misconduct, bans and failed logins, in memory, and exchanged with the other nodes
 * of the database every second. Built by the composition root; servers ask it as `Conduct` and `LoginGate`, administration as `Guard`.
 */
import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '#clock';
import { event, type Event } from '#events';
import type { Log } from '#log';
import { forgetAbuse, type BanRow } from '#store/abuse/exchange';
import type { Pool } from '#store/database/open';
import { addressGroup, networkGroup } from './address-groups.ts';
import { Bans } from './bans.ts';
import type { Conduct, Misconduct, Pace, Service, Welcome } from './conduct.ts';
import { Counters } from './counters.ts';
import { Exchange } from './exchange.ts';
import { KnownPlaces } from './known-places.ts';
import {
  BAN_FROM,
  BAN_NETWORK_FROM,
  BANS_REMEMBERED,
  CAPACITY,
  EXCHANGE_EVERY,
  FORGET_EVERY,
  HARVEST_SHARE,
  LOGIN_SLOT,
  NETWORK_SHARE,
  OFFENCE_SLOT,
  PLACES_REMEMBERED,
  REFUSAL_TOLD_EVERY,
  SHARE_TRAFFIC_FROM,
  TRAFFIC_SLOT,
  WEIGHTS,
} from './limits.ts';
import { loginGate, type LoginGate } from './login-gate.ts';
import { LoginThrottle } from './login-throttle.ts';

/** What one address may do in a minute; 0: without limit. A network may do three times as much. */
export interface Rates {
  readonly connections: number;
  readonly messages: number;
  readonly recipients: number;
}

export interface GuardOptions {
  readonly pool: Pool;
  /** Of this process and of none before it. */
  readonly node: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the installation. */
  readonly secret: Uint8Array;
  /** 32 random octets of this process. */
  readonly secretKey: Uint8Array;
  readonly isProtected: (address: string) => boolean;
  readonly rates: Rates;
  /** Whether misconduct is banned; bans by hand hold anyway. */
  readonly bans: boolean;
  readonly note: (event: Event) => void;
  /** How guesses wait; real time unless a test moves it. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

const WELCOME: Welcome = { kind: 'welcome' };
const OK: Pace = { kind: 'ok' };

export class Guard implements Conduct, AsyncDisposable {
  readonly logins: LoginGate;
  readonly bans = new Bans();
  /** Connections that were refused since the start. */
  refused = 0;
  readonly #options: GuardOptions;
  readonly #guesses = new Counters({ slot: LOGIN_SLOT, capacity: CAPACITY.logins, shareFrom: 1 });
  readonly #offences = new Counters({
    slot: OFFENCE_SLOT,
    capacity: CAPACITY.offences,
    shareFrom: 1,
  });
  readonly #traffic = new Counters({
    slot: TRAFFIC_SLOT,
    capacity: CAPACITY.traffic,
    shareFrom: SHARE_TRAFFIC_FROM,
  });
  readonly #throttle = new LoginThrottle(this.#guesses);
  readonly #places: KnownPlaces;
  readonly #exchange: Exchange;
  /** Who is protected, for a second. */
  readonly #protected = new Map<string, boolean>();
  /** When a refusal of the address was last told. */
  readonly #told = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  /** Bans that are being decided, one after the other. */
  #banning = Promise.resolve();
  #forgotAt = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
    const { pool, clock, log, node, secret, secretKey } = options;
    this.#places = new KnownPlaces(pool, secret);
    this.#exchange = new Exchange({
      pool,
      node,
      log,
      now: () => clock.now(),
      counters: [this.#offences, this.#guesses, this.#traffic],
      bans: this.bans,
      places: this.#places,
    });
    this.logins = loginGate({
      throttle: this.#throttle,
      places: this.#places,
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: options.sleep ?? ((milliseconds) => delay(milliseconds, undefined, { ref: false })),
      hashSecret: (text) => createHmac('sha256', secretKey).update(text).digest('base64'),
      isProtected: (address) => this.#isProtected(address),
      nodes: () => this.#exchange.nodes,
      failedAtName: (address) => this.noteMisconduct(address, 'failed-login'),
    });
  }

  /** Learns what is known already, and begins to exchange. */
  async start(): Promise<void> {
    await this.exchange();
    this.#timer = setInterval(() => void this.exchange(), EXCHANGE_EVERY).unref();
  }

  /** A round with the other nodes, and what is due now and then. Never fails. */
  async exchange(): Promise<void> {
    this.#protected.clear();
    await this.#exchange.round();
    const { clock } = this.#options;
    if (clock.monotonic() - this.#forgotAt < FORGET_EVERY) return;
    this.#forgotAt = clock.monotonic();
    await this.#forget();
  }

  /** Decides what is to be decided, and tells the other nodes at once. */
  async flush(): Promise<void> {
    await this.#banning;
    await this.#exchange.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  connected(address: string, service: Service): Welcome {
    if (this.#isProtected(address)) return WELCOME;
    const now = this.#options.clock.now();
    const ban = this.bans.find(address, now);
    if (ban !== undefined && (ban.scope === 'all' || service === 'mx'))
      return this.#refuse(address, {
        kind: 'banned',
        until: ban.until ?? Infinity,
        reason: ban.reason,
      });
    const { connections } = this.#options.rates;
    return this.#pace('c', address, connections).kind === 'ok'
      ? WELCOME
      : this.#refuse(address, { kind: 'too-fast' });
  }

  mayReceive(address: string): Pace {
    return this.#isProtected(address) ? OK : this.#pace('m', address, this.#options.rates.messages);
  }

  mayAddress(address: string): Pace {
    return this.#isProtected(address)
      ? OK
      : this.#pace('r', address, this.#options.rates.recipients);
  }

  noteTaken(address: string): void {
    if (this.#isProtected(address)) return;
    this.#offences.add(`taken ${addressGroup(address)}`, this.#options.clock.now());
  }

  noteMisconduct(address: string, what: Misconduct): void {
    if (!this.#options.bans || this.#isProtected(address)) return;
    const now = this.#options.clock.now();
    const group = addressGroup(address);
    if (what === 'unknown-recipient') {
      // a large relay has some of each; who harvests finds few
      const unknown = this.#offences.add(`unknown ${group}`, now);
      if (unknown < HARVEST_SHARE * this.#offences.level(`taken ${group}`, now)) return;
    }
    const level = this.#offences.add(group, now, WEIGHTS[what]);
    const network = networkGroup(address);
    const inNetwork = this.#offences.add(network, now, WEIGHTS[what]);
    if (level >= BAN_FROM) this.#decideBan('address', group, what);
    else if (address.includes(':') && inNetwork >= BAN_NETWORK_FROM)
      this.#decideBan('network', network, what);
  }

  /**
   * @param network in the form of `readNetwork`
   * @param until calendar milliseconds, null: until it is lifted
   */
  async banByHand(network: string, reason: string, until: number | null): Promise<BanRow> {
    const now = this.#options.clock.now();
    const ban = this.bans.imposeByHand({ network, reason, scope: 'all' }, until, now);
    this.#tellBan(ban);
    await this.flush();
    return ban;
  }

  /** False where there is none. */
  async liftBan(network: string): Promise<boolean> {
    const { clock, note } = this.#options;
    if (!this.bans.lift(network, clock.now())) return false;
    this.#offences.forget(network);
    note(event('address.unbanned', clock.now(), {}, { public: {}, personal: { network } }));
    await this.flush();
    return true;
  }

  isProtected(address: string): boolean {
    return this.#isProtected(address);
  }

  #decideBan(kind: 'address' | 'network', network: string, reason: Misconduct): void {
    // the next ban wants as much again
    this.#offences.forget(network);
    this.#banning = this.#banning.then(() => this.#ban(kind, network, reason));
  }

  /** An address from where an owner logged in stays let in to log in: a ban keeps it out of the MX listener alone. */
  async #ban(kind: 'address' | 'network', network: string, reason: Misconduct): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const owners = await this.#places.isOwners(kind, network);
      if (owners && reason === 'failed-login') {
        log.info('ban.spared', { network, reason, why: 'an owner logs in from there' });
        return;
      }
      const scope = owners || reason === 'unknown-recipient' ? 'mx' : 'all';
      this.#tellBan(this.bans.impose({ network, reason, scope }, clock.now()));
    } catch (error) {
      log.warn('ban.not-imposed', { network, error: (error as Error).message });
    }
  }

  #tellBan({ network, reason, scope, byHand, since, until, times }: BanRow): void {
    const { log, note } = this.#options;
    const ends = until === null ? null : new Date(until).toISOString();
    log.info('ban.imposed', { network, reason, scope, until: ends ?? 'lifted', times });
    note(
      event(
        'address.banned',
        since,
        {},
        {
          public: { reason: byHand ? 'by-hand' : reason, scope, until: ends, times },
          personal: { network },
        },
      ),
    );
  }

  /** Refusals are counted, and told once a minute for each address: a flood of them is no flood of events. */
  #refuse(address: string, welcome: Exclude<Welcome, { kind: 'welcome' }>): Welcome {
    this.refused++;
    const now = this.#options.clock.monotonic();
    const group = addressGroup(address);
    const last = this.#told.get(group);
    const quiet = last !== undefined && now - last < REFUSAL_TOLD_EVERY;
    if (!quiet) {
      if (this.#told.size >= CAPACITY.traffic) this.#told.clear();
      this.#told.set(group, now);
    }
    return { ...welcome, quiet };
  }

  #pace(what: string, address: string, limit: number): Pace {
    if (limit === 0) return OK;
    const now = this.#options.clock.now();
    const ofAddress = this.#traffic.add(`${what} ${addressGroup(address)}`, now);
    const ofNetwork = this.#traffic.add(`${what} ${networkGroup(address)}`, now);
    // what is refused counts on: who keeps trying at once is not let in sooner
    if (ofAddress > limit) return tooFast('address', ofAddress, limit);
    const most = limit * NETWORK_SHARE;
    return ofNetwork > most ? tooFast('network', ofNetwork, most) : OK;
  }

  #isProtected(address: string): boolean {
    let known = this.#protected.get(address);
    if (known === undefined) {
      known = this.#options.isProtected(address);
      if (this.#protected.size < CAPACITY.traffic) this.#protected.set(address, known);
    }
    return known;
  }

  async #forget(): Promise<void> {
    const { pool, clock, log } = this.#options;
    const now = clock.now();
    this.bans.forget(now);
    this.#throttle.sweep(clock.monotonic());
    try {
      await forgetAbuse(pool, {
        now,
        bansBefore: now - BANS_REMEMBERED,
        placesBefore: now - PLACES_REMEMBERED,
      });
    } catch (error) {
      log.warn('abuse.not-forgotten', { error: (error as Error).message });
    }
  }
}

/** The slot before fades within this one: about so long until the level is at the limit again. */
function tooFast(per: 'address' | 'network', level: number, limit: number): Pace {
  const seconds = Math.ceil((TRAFFIC_SLOT / 1000) * Math.min(2, 2 * (1 - limit / level)));
  return { kind: 'too-fast', per, seconds: Math.max(1, seconds) };
}
