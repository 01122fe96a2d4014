/** Whom mallory attacks, and from where: she has every address of her own part of the practice Internet. */
import { SmtpConnection } from '#clients/smtp/connection';
import type { Dialer } from '#clients/smtp/dial';
import { MALLORY, RENTED, type LabHost } from '#lab/addresses';
import type { Seeded } from '#lab/seeded';
import { DialogueRecorder } from '#protocol/smtp/dialogue';

export interface Victim {
  readonly domain: string;
  readonly hostname: string;
  readonly address: string;
  readonly ports: { readonly smtp: number; readonly submissions: number };
  readonly dialer: Dialer;
  readonly monotonic: () => number;
  readonly random: (octets: number) => Uint8Array;
}

type Named = { addressOf(host: LabHost): string };

/** The address of hers that ends with this number. */
export function malloryAddress(network: Named, last: number): string {
  return `${prefixOf(network)}.${MALLORY}.${last}`;
}

/**
 * Addresses in a network that she rented for the occasion, each once. A server remembers for hours what a network did: from the same one
 * a second attack would wait for its turn, so that each second has another.
 * @param at calendar milliseconds
 */
export function rentedAddresses(network: Named, chance: Seeded, at: number): string[] {
  const rented = RENTED + (Math.floor(at / 1000) % (256 - RENTED));
  const numbers = Array.from({ length: 200 }, (_, index) => 20 + index);
  return chance.shuffled(numbers).map((last) => `${prefixOf(network)}.${rented}.${last}`);
}

function prefixOf(network: Named): string {
  return network.addressOf('relay.mallory.test').split('.').slice(0, 2).join('.');
}

const CONNECT_MS = 10_000;
export const REPLY_MS = 30_000;
const REPLY_OCTETS = 64 * 1024;

/** Undefined: nobody answers there. */
export async function connectFrom(
  victim: Victim,
  localAddress: string,
): Promise<SmtpConnection | undefined> {
  const { dialer, address, ports, monotonic } = victim;
  const target = { address, port: ports.smtp, localAddress, timeoutMs: CONNECT_MS };
  const dialled = await dialer.dial(target);
  if (dialled.kind !== 'connected') return undefined;
  const recorder = new DialogueRecorder(monotonic());
  return new SmtpConnection(dialled.socket, recorder, monotonic, REPLY_OCTETS);
}
