/** Connections to a certificate authority through a resolver and a dialer, where the system's own ways do not lead to it. */
import { Agent, type AgentOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import type { Dialer } from '#clients/smtp/dial';
import type { Resolver } from '#protocol/dns/resolver';

export interface OwnNetwork {
  readonly resolver: Resolver;
  readonly dialer: Dialer;
}

const CONNECT_MS = 10_000;

export class DiallingAgent extends Agent {
  readonly #network: OwnNetwork;

  constructor(network: OwnNetwork, options: AgentOptions) {
    super(options);
    this.#network = network;
  }

  /** The certificate is verified as ever: by `ca`, for the host of the URL. */
  override createConnection(
    options: ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { host = '', port = 443 } = options;
    dialled(this.#network, host, port).then(
      (socket) => callback?.(null, connect({ ...options, socket })),
      (error: Error) => callback?.(error, undefined as never),
    );
  }
}

async function dialled(
  { resolver, dialer }: OwnNetwork,
  host: string,
  port: number,
): Promise<Socket> {
  let last = `${host} has no address`;
  for (const address of await addressesOf(resolver, host)) {
    const result = await dialer.dial({ address, port, timeoutMs: CONNECT_MS });
    if (result.kind === 'connected') return result.socket;
    last = `connect to ${address}:${port}: ${result.detail}`;
  }
  throw new Error(last);
}

async function addressesOf(resolver: Resolver, host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const answers = await Promise.all([resolver.resolve(host, 'A'), resolver.resolve(host, 'AAAA')]);
  const addresses = answers.flatMap((one) => (one.kind === 'records' ? one.records : []));
  const failure = answers.find((one) => one.kind === 'failure');
  if (addresses.length === 0 && failure !== undefined) throw new Error(failure.text);
  return addresses;
}
