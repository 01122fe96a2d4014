/**
 * How many connections there are, in all and from each address, for one or several listeners together. A count is taken
 * when a connection is admitted and given back when it is gone; who was refused was never counted.
 */
import { addressGroup } from '#mail/abuse/address-groups';

export interface ConnectionLimits {
  /** At once, all clients together. */
  readonly total: number;
  /** At once, from one IPv4 address or one IPv6 /64. */
  readonly perAddress: number;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly release: () => void }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'too-many-from-address' };

export class ConnectionCounts {
  readonly #limits: ConnectionLimits;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** @param address as `plainAddress` gives it */
  admit(address: string): Admission {
    if (this.#total >= this.#limits.total) return { kind: 'too-many' };
    const group = addressGroup(address);
    const count = this.#byAddress.get(group) ?? 0;
    if (count >= this.#limits.perAddress) return { kind: 'too-many-from-address' };
    this.#total++;
    this.#byAddress.set(group, count + 1);
    let held = true;
    return {
      kind: 'admitted',
      release: () => {
        if (held) this.#release(group);
        held = false;
      },
    };
  }

  #release(group: string): void {
    this.#total--;
    const count = this.#byAddress.get(group)! - 1;
    if (count === 0) this.#byAddress.delete(group);
    else this.#byAddress.set(group, count);
  }
}
