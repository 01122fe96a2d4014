/**
 * What a setting alone does not tell: whether it means something to the part that will use it, on this machine, now. Asked before a
 * server starts and by `config check`, so that both say the same. Ports are not tried: a running server has them.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { parseServerList } from '#clients/dns/servers';
import type { Config, ConfigProblem } from '#config';
import { FIELDS, type Key } from '#config/fields';
import { parseNetworks } from '#protocol/address/network';
import { readIdentity } from '#servers/net/tls-context';

/** Everything that is wrong, by key. */
export async function checkSettings(config: Config): Promise<readonly ConfigProblem[]> {
  const [addresses, tls] = await Promise.all([addressProblems(config), tlsProblems(config)]);
  const acme = acmeProblems(config);
  return [...dnsProblems(config), ...networkProblems(config), ...addresses, ...tls, ...acme];
}

function acmeProblems(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say = (key: Key, problem: string): void => {
    problems.push({ key, problem, remedy: FIELDS[key].doc });
  };
  if (config['acme.challenge'] === 'dns-01' && config['acme.dns_hook'].length === 0) {
    say('acme.dns_hook', 'is not set, and acme.challenge is dns-01');
  }
  if ((config['acme.eab_key_id'] === '') !== (config['acme.eab_mac_key'] === '')) {
    say('acme.eab_key_id', 'and acme.eab_mac_key are set together, or none of them');
  }
  const file = config['acme.ca_file'];
  if (file !== '') {
    try {
      createSecureContext({ ca: readFileSync(file) });
    } catch (error) {
      say('acme.ca_file', `cannot be used: ${(error as Error).message}`);
    }
  }
  return problems;
}

function dnsProblems({ dns }: Config): ConfigProblem[] {
  if (dns.length === 0 || parseServerList(dns.join(' ')) !== undefined) return [];
  return [
    {
      key: 'dns',
      problem: `${JSON.stringify(dns.join(', '))} is no list of address:port`,
      remedy:
        'Write for example HIKYAKU_DNS=127.0.0.1:53. A host name would need a resolver to be read.',
    },
  ];
}

const NETWORK_KEYS = [...keysEnding('.proxy_from'), 'abuse.trusted'] as const;
const ADDRESS_KEYS = [
  ...keysEnding('.address'),
  ...keysEnding('.public_address'),
  'queue.source_addresses',
] as const;

function networkProblems(config: Config): ConfigProblem[] {
  return NETWORK_KEYS.flatMap((key) => {
    const networks = parseNetworks(config[key]);
    if (networks.kind === 'networks') return [];
    return [
      {
        key,
        problem: `${JSON.stringify(networks.text)} is no network`,
        remedy: 'Write networks as 192.0.2.0/24 or 2001:db8::/32.',
      },
    ];
  });
}

async function addressProblems(config: Config): Promise<ConfigProblem[]> {
  const all = ADDRESS_KEYS.flatMap((key) =>
    [config[key]].flat().map((address) => ({ key, address })),
  );
  const problems = await Promise.all(
    all.map(async ({ key, address }): Promise<ConfigProblem[]> => {
      const error = await bindError(address);
      if (error === undefined) return [];
      const problem = `this machine has no address ${address} (${error})`;
      return [{ key, problem, remedy: FIELDS[key].doc }];
    }),
  );
  return problems.flat();
}

/** Binds any port of the address for a moment: what the system says against it. */
function bindError(address: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen({ host: address, port: 0 }, () => server.close(() => resolve(undefined)));
  return promise;
}

async function tlsProblems(config: Config): Promise<ConfigProblem[]> {
  const { 'tls.certificate': certificate, 'tls.key': key } = config;
  if (certificate === '' && key === '') return [];
  if (certificate === '' || key === '') {
    const [absent, present] =
      key === ''
        ? (['tls.key', 'tls.certificate'] as const)
        : (['tls.certificate', 'tls.key'] as const);
    return [
      {
        key: absent,
        problem: `is not set, and ${present} is`,
        remedy: 'Set both, or neither for a self-signed certificate.',
      },
    ];
  }
  const read = await readIdentity({ certificate, key });
  if (read.kind === 'identity') return [];
  return [{ key: 'tls.certificate', problem: `and tls.key: ${read.reason}`, remedy: read.remedy }];
}

type Ending<Suffix extends string> = Extract<Key, `${string}${Suffix}`>;

function keysEnding<Suffix extends string>(suffix: Suffix): readonly Ending<Suffix>[] {
  return (Object.keys(FIELDS) as Key[]).filter((key): key is Ending<Suffix> =>
    key.endsWith(suffix),
  );
}
