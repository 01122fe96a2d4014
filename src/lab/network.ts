/**
 * The network of the practice Internet, as those see it who dial: every host has an address of its own on the loopback, and listens on
 * ports that need no rights, while names, URLs and records say the well-known ones. The map between them stands here alone, and the dialer
 * that follows it reaches nothing but this machine: with the practice Internet on, nothing leaves the machine.
 */
import { isIPv4 } from 'node:net';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import { HOSTS, type LabHost } from './addresses.ts';
import { isOnLoopback } from './guard/loopback.ts';

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
  /** Dials hosts of this network by the ports of their protocols, and nothing else: for whoever goes where records lead. */
  readonly dialer: Dialer;
  /** The rest of the loopback too, as it is: for whoever was told a host by the learner, who may have other programs here. */
  readonly machineDialer: Dialer;
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
  const has = (address: string): boolean => isIPv4(address) && address.startsWith(`${prefix}.`);
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
  const machineDialer: Dialer = {
    dial(target) {
      const isProgramHere = !has(target.address) && isOnLoopback(target.address);
      return (isProgramHere ? tcpDialer : dialer).dial(target);
    },
  };
  return {
    prefix,
    has,
    addressOf: (host) => addressIn(prefix, HOSTS[host]),
    dialer,
    machineDialer,
    divert(from, to, through) {
      const way = `${from} ${to}`;
      diverted.set(way, through);
      return { [Symbol.dispose]: () => void diverted.delete(way) };
    },
    localPort,
    placeOf,
  };
}

function addressIn(prefix: string, rest: string): string {
  return `${prefix}.${rest}`;
}
