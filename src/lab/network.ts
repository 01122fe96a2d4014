/**
 * The network of the practice Internet, as those see it who dial: every host has an address of its own on the loopback, and listens on
 * ports that need no rights, while names, URLs and records say the well-known ones. The map between them stands here alone, and the dialer
 * that follows it reaches nothing but this machine: with the practice Internet on, nothing leaves the machine.
 */
import { isIP } from 'node:net';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import { HOSTS, type LabHost } from './addresses.ts';

/** The port of the protocol → where hosts of the practice Internet listen. */
export const PORTS: ReadonlyMap<number, number> = new Map([
  [25, 2525],
  [53, 5353],
  [80, 8080],
  [443, 8443],
  [143, 2143],
  [465, 2465],
  [587, 2587],
  [993, 2993],
]);

const SMTP = 25;

export interface LabNetwork {
  /** The first two numbers of every address: `127.20`. */
  readonly prefix: string;
  readonly addressOf: (host: LabHost) => string;
  /** Whether an address is one of a host of this network. */
  readonly has: (address: string) => boolean;
  /** Dials hosts of this network by the ports of their protocols, the rest of the loopback as it is, and nothing else. */
  readonly dialer: Dialer;
  /** Where hosts listen for what comes to this port. */
  readonly localPort: (port: number) => number;
  /**
   * Whoever stands in between: until it is disposed of, what the first host dials of the second for mail comes to the third. The second is none
   * the wiser, and neither is the first.
   */
  divert(from: string, to: string, through: string): Disposable;
  /** Where this host does; outside the network everything is where it says. */
  readonly placeOf: (
    address: string,
    port: number,
  ) => { readonly address: string; readonly port: number };
}

export interface LabNetworkOptions {
  readonly prefix: string;
  /** The learner's server, whose ports are settings: the port of the protocol → where it listens. */
  readonly ownPorts?: ReadonlyMap<number, number>;
  /** Told of what was to be dialled and lies outside. */
  readonly refused?: (address: string, port: number) => void;
}

export function labNetwork({ prefix, ownPorts, refused }: LabNetworkOptions): LabNetwork {
  const own = addressIn(prefix, HOSTS['mail.example.test']);
  const localPort = (port: number): number => PORTS.get(port) ?? port;
  const has = (address: string): boolean => address.startsWith(`${prefix}.`);
  const placeOf: LabNetwork['placeOf'] = (address, port) => {
    if (!has(address)) return { address, port };
    return {
      address,
      port: (address === own ? ownPorts?.get(port) : undefined) ?? localPort(port),
    };
  };
  const diverted = new Map<string, string>();
  const dialer: Dialer = {
    dial(target) {
      const { address, port, localAddress = '' } = target;
      const through = port === SMTP ? diverted.get(`${localAddress} ${address}`) : undefined;
      if (through !== undefined) return tcpDialer.dial({ ...target, ...placeOf(through, port) });
      // another program of the learner's, that a route leads to
      if (!has(address) && isLoopback(address)) return tcpDialer.dial(target);
      if (!has(address)) {
        refused?.(address, port);
        return Promise.resolve({
          kind: 'network',
          reason: 'unreachable',
          detail: 'outside the practice Internet',
        });
      }
      return tcpDialer.dial({ ...target, ...placeOf(address, port) });
    },
  };
  return {
    prefix,
    has,
    addressOf: (host) => addressIn(prefix, HOSTS[host]),
    dialer,
    divert(from, to, through) {
      const way = `${from} ${to}`;
      diverted.set(way, through);
      return { [Symbol.dispose]: () => void diverted.delete(way) };
    },
    localPort,
    placeOf,
  };
}

function isLoopback(address: string): boolean {
  return address === '::1' || (address.startsWith('127.') && isIP(address) === 4);
}

function addressIn(prefix: string, rest: string): string {
  return `${prefix}.${rest}`;
}
