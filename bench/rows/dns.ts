/**
 * Row: look-ups a second of the stub resolver beside c-ares, as Node.js has it, both asking one server on the loopback, 100 look-ups at
 * a time: names that nobody asked for before, and names out of the cache (which c-ares in Node.js does not have).
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { Resolver as Cares } from 'node:dns/promises';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { systemClock } from '#clock';
import { StubResolver } from '#clients/dns/stub-resolver';
import { median } from '../median.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const ROUNDS = 5;
const AT_ONCE = 100;

export const dnsRow: Row = {
  name: 'dns',
  title: 'DNS look-ups, 100 at a time: fresh names, and names out of the cache',
  run: lookUps,
};

type LookUp = (name: string) => Promise<unknown>;

async function lookUps({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const program = new URL('../zone-server.ts', import.meta.url).pathname;
  const server = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  const address = { address: '127.0.0.1', port: Number(line), trusted: true };
  const resolver = new StubResolver({
    servers: [address],
    clock: systemClock,
    randomId: () => randomInt(0x1_0000),
  });
  const cares = new Cares({ timeout: 5_000, tries: 1 });
  cares.setServers([`${address.address}:${address.port}`]);
  try {
    const ours: LookUp = (name) => answered(resolver, name);
    const theirs: LookUp = (name) => cares.resolveTxt(name);
    const count = quick ? 2_000 : 20_000;
    const rates = { cares: [] as number[], fresh: [] as number[], cached: [] as number[] };
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
      rates.cares.push(await rate(theirs, count, (n) => `c${round}-${n}.many.test`));
      rates.fresh.push(await rate(ours, count, (n) => `o${round}-${n}.many.test`));
      rates.cached.push(await rate(ours, count * 10, (n) => `o${round}-${n % 1_000}.many.test`));
      const [cares, fresh, cached] = Object.values(rates).map((list) => list.at(-1)!.toFixed(0));
      say(`dns: c-ares ${cares}/s, ours ${fresh}/s, out of the cache ${cached}/s`);
    }
    const limit = median(rates.cares);
    return [
      result('c-ares (node:dns)', rates.cares),
      { ...result('Hikyaku', rates.fresh), ratio: median(rates.fresh) / limit },
      { ...result('Hikyaku, cached', rates.cached), ratio: median(rates.cached) / limit },
    ];
  } finally {
    resolver[Symbol.dispose]();
    server.stdin.end();
  }
}

async function answered(resolver: StubResolver, name: string): Promise<void> {
  const answer = await resolver.resolve(name, 'TXT');
  if (answer.kind !== 'records') throw new Error(`${name}: ${answer.kind}`);
}

async function rate(lookUp: LookUp, count: number, name: (n: number) => string): Promise<number> {
  const began = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await lookUp(name(next++));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return count / ((performance.now() - began) / 1000);
}

function result(contender: string, all: readonly number[]): BenchResult {
  return { row: 'dns', contender, unit: 'look-ups/s', value: median(all), all };
}
