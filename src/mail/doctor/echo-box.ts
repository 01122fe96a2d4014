/**
 * Addresses of the moment that take a message and keep nothing: what is sent there goes the whole way to the commit, and the events of that say
 * that it arrived. Each can be guessed by nobody, and only for a short while; mail for any other address is judged as ever.
 */
import { hex } from '#bytes';
import type { Clock } from '#clock';
import type { Event } from '#events';
import type { Expansion } from '#mail/deliver/expand';
import { mailboxKey, type Mailbox } from '#protocol/address/mailbox';

/** Milliseconds. */
const OPEN_FOR = 120_000;
const MOST = 100;
const PREFIX = 'doctor-';

interface Box {
  readonly until: number;
  arrived: boolean;
  junk: readonly string[];
}

export class EchoBox {
  readonly #clock: Clock;
  readonly #random: (octets: number) => Uint8Array;
  readonly #boxes = new Map<string, Box>();

  constructor(clock: Clock, random: (octets: number) => Uint8Array) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A new address of a domain that is here. */
  open(domain: string): string {
    const now = this.#clock.monotonic();
    for (const [address, { until }] of this.#boxes)
      if (until < now || this.#boxes.size >= MOST) this.#boxes.delete(address);
    const address = `${PREFIX}${hex(this.#random(12))}@${domain}`;
    this.#boxes.set(address, { until: now + OPEN_FOR, arrived: false, junk: [] });
    return address;
  }

  /** Where a mailbox leads that is one of these; undefined for every other. */
  expansionOf(mailbox: Mailbox): Expansion | undefined {
    if (this.#boxes.size === 0 || !mailbox.localPart.startsWith(PREFIX)) return undefined;
    const address = mailboxKey(mailbox);
    const box = this.#boxes.get(address);
    if (box === undefined || box.until < this.#clock.monotonic()) return undefined;
    const steps = [{ address, rule: 'exact', targets: [] }] as const;
    return { tenantId: '0', accounts: [], external: [], steps, problems: [] };
  }

  /** Whether a message came; undefined before that. */
  look(address: string): { readonly junk: readonly string[] } | undefined {
    const box = this.#boxes.get(address);
    return box?.arrived === true ? { junk: box.junk } : undefined;
  }

  /** To be told of all committed events of reception. */
  happened(events: readonly Event[]): void {
    if (this.#boxes.size === 0) return;
    for (const { type, public: fields, personal } of events) {
      if (type !== 'recipient.expanded' && type !== 'recipient.judged') continue;
      const { forwardPath } = personal as { forwardPath: string };
      const box = this.#boxes.get(forwardPath);
      if (box === undefined) continue;
      box.arrived = true;
      if (type === 'recipient.judged')
        box.junk = (fields as { reasons: readonly string[] }).reasons;
    }
  }
}
