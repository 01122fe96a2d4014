/**
 * Thunderbird looks for the settings of an address, as its window for new accounts does. Its requests go through a proxy of the test that
 * leads every name to one port of this machine, since it asks at 443 and nowhere else.
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { driveThunderbird, SILENT, startThunderbird } from './thunderbird.ts';
import { freePort } from '../../machine/loopback-port.ts';

export interface FoundSettings {
  /** `isp-https`: from the domain itself, by HTTPS. */
  readonly subsource: string;
  readonly incoming: readonly FoundServer[];
  readonly outgoing: readonly FoundServer[];
  /** Every name and port that it wanted. */
  readonly asked: readonly string[];
}

export interface FoundServer {
  readonly type: string;
  readonly hostname: string;
  readonly port: number;
  /** 3: TLS from the first octet, 2: STARTTLS. */
  readonly socketType: number;
  readonly username: string;
}

/** @param certificate PEM, which it is told to trust for the names under the domain of the address */
export async function findSettings(
  program: string,
  address: string,
  { httpsPort, certificate }: { httpsPort: number; certificate: string },
): Promise<FoundSettings> {
  const home = await mkdtemp(path.join(tmpdir(), 'hikyaku-bird-'));
  const file = (name: string): string => path.join(home, name);
  try {
    await using proxy = await startProxy(httpsPort);
    const marionette = await freePort();
    await mkdir(file('profile'));
    await writeFile(file('profile/user.js'), preferences(marionette, proxy.port));
    await using running = startThunderbird({ home, file }, program);
    await using driver = await driveThunderbird(running, marionette);
    const domain = address.slice(address.lastIndexOf('@') + 1);
    const der = certificate.replaceAll(/-----[^-]+-----|\s/g, '');
    const found = await driver.run(LOOK, address, domain, der);
    await driver.quit();
    return { ...(found as Omit<FoundSettings, 'asked'>), asked: proxy.asked };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function preferences(marionette: number, proxyPort: number): string {
  const all = {
    ...SILENT,
    'marionette.port': marionette,
    'network.proxy.type': 1,
    'network.proxy.ssl': '127.0.0.1',
    'network.proxy.ssl_port': proxyPort,
    'network.proxy.http': '127.0.0.1',
    'network.proxy.http_port': proxyPort,
    'mailnews.auto_config.fetchFromISP.sslOnly': true,
  };
  return Object.entries(all)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}

const LOOK = `
const [address, domain, der] = args;
const certificates = Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB);
const overrides = Cc['@mozilla.org/security/certoverride;1'].getService(Ci.nsICertOverrideService);
for (const name of ['autoconfig.' + domain, domain])
  overrides.rememberValidityOverride(name, 443, {}, certificates.constructX509FromBase64(der), true);
const { FetchConfig } = ChromeUtils.importESModule('resource:///modules/accountcreation/FetchConfig.sys.mjs');
const found = await FetchConfig.fromISP(domain, address, new AbortController().signal);
const told = ({ type, hostname, port, socketType, username }) => ({ type, hostname, port, socketType, username });
return {
  subsource: found.subSource,
  incoming: [found.incoming, ...found.incomingAlternatives].map(told),
  outgoing: [found.outgoing, ...found.outgoingAlternatives].map(told),
};`;

interface Proxy extends AsyncDisposable {
  readonly port: number;
  readonly asked: readonly string[];
}

async function startProxy(to: number): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const kept = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((_, answer) => answer.writeHead(502).end());
  server.on('connection', kept);
  server.on('connect', ({ url }, client: Socket) => {
    asked.push(url ?? '');
    const there = kept(connect({ host: '127.0.0.1', port: to }));
    there.once('connect', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(there).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
