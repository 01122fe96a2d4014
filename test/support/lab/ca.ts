/**
 * The certificate authority of the practice Internet for a test: on a port of 127.0.0.1, with a declared zone in the place of the DNS and
 * a dialer that leads to the ports where the test listens.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import { silentLog } from '#log';
import { startLabCa, type LabCa, type LabCaOptions } from '#lab/ca/start';
import { declaredZone, type DeclaredZone } from '../dns/declared-zone.ts';

export interface TestCa extends AsyncDisposable {
  readonly ca: LabCa;
  readonly zone: DeclaredZone;
  /** A port as hosts say it → where it listens in truth. */
  readonly ports: Map<number, number>;
  readonly dialer: Dialer;
  /** What was dialled, as `address:port`. */
  readonly dialled: string[];
}

export async function startTestCa(options: Partial<LabCaOptions> = {}): Promise<TestCa> {
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'hikyaku-lab-ca-')));
  const ports = new Map<number, number>();
  const dialled: string[] = [];
  const dialer: Dialer = {
    dial(target) {
      dialled.push(`${target.address}:${target.port}`);
      return tcpDialer.dial({ ...target, port: ports.get(target.port) ?? target.port });
    },
  };
  const zone = declaredZone({ 'ca.test': { A: '127.0.0.1' } });
  const ca = await startLabCa({
    address: '127.0.0.1',
    port: 0,
    dialer,
    resolver: zone,
    folder,
    log: silentLog,
    now: () => Date.now(),
    random: () => 0.5,
    ...options,
  });
  return {
    ca,
    zone,
    ports,
    dialer,
    dialled,
    async [Symbol.asyncDispose]() {
      await ca[Symbol.asyncDispose]();
      if (options.folder === undefined) await rm(folder, { recursive: true });
    },
  };
}
