/**
 * The resolver of commands that ask the DNS by themselves: `--dns`, else the setting `dns` (`HIKYAKU_DNS`), else the practice
 * Internet of the running server, else the servers that the machine uses. That holds in `dev` too, whose server asks nobody: whoever runs such a command wants the DNS asked.
 */
import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { systemClock, type Clock } from '#clock';
import { readResolvConf } from '#clients/dns/resolv-conf';
import { parseServerList, serverName, type DnsServer } from '#clients/dns/servers';
import { StubResolver } from '#clients/dns/stub-resolver';
import type { Resolver } from '#protocol/dns/resolver';
import { CommandFailure } from './failure.ts';
import { labHere, type LabHere } from './lab-here.ts';
import { settings } from './settings.ts';
import type { CommonOptions } from './verb.ts';

export interface ResolverOptions extends CommonOptions {
  readonly dns?: string;
}

export interface CliResolver extends Resolver, Disposable {
  /** What time it is where it asks: the practice Internet has a calendar of its own. */
  readonly now: () => number;
  /** The practice Internet, where that is asked. */
  readonly lab: LabHere | undefined;
  /** @throws CommandFailure where questions were asked and no server could be reached at all: nothing was found out */
  assertReached(): void;
}

export function addResolver(command: Command): Command {
  return command.option(
    '--dns <host:port>',
    'the resolver to ask (HIKYAKU_DNS, or else that of this machine)',
  );
}

/** @throws CommandFailure where the settings are wrong */
export async function cliResolver(options: ResolverOptions): Promise<CliResolver> {
  const { servers, clock, lab } = await whomToAsk(options);
  const stub = new StubResolver({
    servers,
    clock: systemClock,
    randomId: () => randomInt(0x1_0000),
  });
  let reached = false;
  let unreached: string | undefined;
  return {
    now: () => clock.now(),
    lab,
    async resolve(name, type, ask) {
      const answer = await stub.resolve(name, type, ask);
      if (answer.kind !== 'failure') reached = true;
      else if (answer.cause === 'network' || answer.cause === 'timeout') unreached = answer.text;
      else if (answer.cause !== 'aborted') reached = true;
      return answer;
    },
    assertReached() {
      if (reached || unreached === undefined) return;
      throw new CommandFailure(
        `the DNS could not be asked: ${unreached}`,
        `Asked was ${servers.map(serverName).join(', ')}. Name a resolver that answers: ` +
          '--dns 192.0.2.53:53, or HIKYAKU_DNS, or a nameserver in /etc/resolv.conf.',
      );
    },
    [Symbol.dispose]() {
      stub[Symbol.dispose]();
    },
  };
}

interface Asked {
  readonly servers: readonly DnsServer[];
  readonly clock: Pick<Clock, 'now'>;
  readonly lab?: LabHere;
}

async function resolverOfLab(options: ResolverOptions): Promise<Asked | undefined> {
  const lab = await labHere(options);
  if (lab === undefined) return undefined;
  const place = lab.network.placeOf(lab.network.addressOf('resolver.test'), 53);
  return { servers: [{ ...place, trusted: true }], clock: lab.clock, lab };
}

/** Whom such a command asks. @throws CommandFailure where the settings are wrong */
export async function resolverServers(options: ResolverOptions): Promise<readonly DnsServer[]> {
  return (await whomToAsk(options)).servers;
}

async function whomToAsk(options: ResolverOptions): Promise<Asked> {
  const read = options.dns === undefined ? settings('dev', options) : undefined;
  const named = options.dns ?? read!.dns.join(' ');
  const clock = systemClock;
  if (named === '')
    return (await resolverOfLab(options)) ?? { servers: await readResolvConf(), clock };
  const servers = parseServerList(named, read?.dns_trusted ?? false);
  if (servers !== undefined) return { servers, clock };
  throw new CommandFailure(
    `${named} names no resolver`,
    'Write address:port, like 192.0.2.53:53 or [2001:db8::53]:53.',
  );
}
