/** Whom mallory attacks, and from where: she has every address of her own part of the practice Internet. */
import { SmtpConnection } from '#clients/smtp/connection';
import type { Dialer } from '#clients/smtp/dial';
import { MALLORY, type LabHost } from '#lab/addresses';
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

/** The address of hers that ends with this number. */
export function malloryAddress(
  network: { addressOf(host: LabHost): string },
  last: number,
): string {
  const prefix = network.addressOf('relay.mallory.test').split('.').slice(0, 2).join('.');
  return `${prefix}.${MALLORY}.${last}`;
}

export function isMallory(network: { addressOf(host: LabHost): string }, client: string): boolean {
  return client.startsWith(malloryAddress(network, 0).slice(0, -1));
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
