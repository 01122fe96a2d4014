/**
 * Who is banned, in memory: asked for every connection, changed here and by other nodes. A ban ends by itself; it is remembered for a
 * while, so that the next one of the same address is longer. Pure: the time is an argument.
 */
import { parseIp } from '#protocol/address/ip-address';
import { contains, readNetwork, type Network } from '#protocol/address/network';
import type { BanRow, BanScope } from '#store/abuse/exchange';
import { addressGroup, networkGroup } from './address-groups.ts';
import { BAN_GROWTH, BANS_REMEMBERED, FIRST_BAN, LONGEST_BAN, MOST_BANS } from './limits.ts';

export interface NewBan {
  /** In the form of `readNetwork`. */
  readonly network: string;
  readonly reason: string;
  readonly scope: BanScope;
}

export class Bans {
  readonly #bans = new Map<string, BanRow>();
  /** To be told to other nodes. */
  readonly #changed = new Set<string>();
  /** Networks of sizes that no address is counted by, banned by hand. */
  #odd: Network[] = [];

  /** The one that keeps this address out of all services, or of the MX listener alone. */
  find(address: string, now: number): BanRow | undefined {
    if (this.#bans.size === 0) return undefined;
    const kept = [address, addressGroup(address), networkGroup(address)];
    for (const network of kept) {
      const ban = this.#bans.get(network);
      if (ban !== undefined && holds(ban, now)) return ban;
    }
    const read = this.#odd.length === 0 ? undefined : parseIp(address);
    if (read === undefined) return undefined;
    for (const network of this.#odd) {
      const ban = this.#bans.get(network.text);
      if (ban !== undefined && holds(ban, now) && contains(network, read)) return ban;
    }
    return undefined;
  }

  /** For its misconduct, longer each time. */
  impose(ban: NewBan, now: number): BanRow {
    const before = this.#bans.get(ban.network);
    const times = (before?.times ?? 0) + 1;
    const length = Math.min(LONGEST_BAN, FIRST_BAN * BAN_GROWTH ** (times - 1));
    return this.#change({ ...ban, byHand: false, since: now, until: now + length, times });
  }

  /** @param until null: until it is lifted */
  imposeByHand(ban: NewBan, until: number | null, now: number): BanRow {
    const times = this.#bans.get(ban.network)?.times ?? 0;
    return this.#change({ ...ban, byHand: true, since: now, until, times });
  }

  /** False where there was none. What it did is forgotten with it. */
  lift(network: string, now: number): boolean {
    const ban = this.#bans.get(network);
    if (ban === undefined || !holds(ban, now)) return false;
    this.#change({ ...ban, until: now, times: 0 });
    return true;
  }

  /** Those that hold now, the newest first. */
  list(now: number): BanRow[] {
    return [...this.#bans.values()]
      .filter((ban) => holds(ban, now))
      .sort((a, b) => b.since - a.since);
  }

  count(now: number): number {
    let count = 0;
    for (const ban of this.#bans.values()) if (holds(ban, now)) count++;
    return count;
  }

  takeChanges(most: number): BanRow[] {
    const changes: BanRow[] = [];
    for (const network of this.#changed) {
      if (changes.length >= most) break;
      this.#changed.delete(network);
      const ban = this.#bans.get(network);
      if (ban !== undefined) changes.push(ban);
    }
    return changes;
  }

  /** What another node says of a network; what was changed here meanwhile is said by the next round. */
  learn(ban: BanRow): void {
    if (!this.#changed.has(ban.network)) this.#put(ban);
  }

  /** Drops what nobody needs to remember. */
  forget(now: number): void {
    for (const [network, { until }] of this.#bans)
      if (until !== null && until + BANS_REMEMBERED < now) this.#drop(network);
  }

  #change(ban: BanRow): BanRow {
    this.#put(ban);
    this.#changed.add(ban.network);
    return ban;
  }

  #put(ban: BanRow): void {
    if (!this.#bans.has(ban.network)) {
      this.#makeRoom();
      const read = readNetwork(ban.network);
      if (read !== undefined && isOdd(read)) this.#odd.push(read);
    }
    this.#bans.set(ban.network, ban);
  }

  /** The oldest goes that nobody imposed by hand; those by hand are passed over, and looked at last the next time. */
  #makeRoom(): void {
    if (this.#bans.size < MOST_BANS) return;
    let looked = 0;
    for (const [network, ban] of this.#bans) {
      if (!ban.byHand) return this.#drop(network);
      if (++looked > MOST_BANS) return;
      this.#bans.delete(network);
      this.#bans.set(network, ban);
    }
  }

  #drop(network: string): void {
    this.#bans.delete(network);
    this.#changed.delete(network);
    this.#odd = this.#odd.filter(({ text }) => text !== network);
  }
}

function holds({ until }: BanRow, now: number): boolean {
  return until === null || until > now;
}

function isOdd({ family, bits }: Network): boolean {
  return !(family === 4 ? [24, 32] : [48, 64, 128]).includes(bits);
}
