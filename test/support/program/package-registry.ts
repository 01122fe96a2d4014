/**
 * A package registry on loopback that holds what the checkout has installed, so that a test can `npm install` without
 * a network and gets just these versions. A package is packed when it is asked for. Speaks the two requests that
 * npm makes: the document of a package, and its tarball.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface PackageRegistry extends AsyncDisposable {
  readonly url: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

interface Installed {
  readonly manifest: Manifest;
  readonly folder: string;
}

/** `nodeModules` is the folder whose packages it offers, nested ones too. */
export async function startPackageRegistry(nodeModules: string): Promise<PackageRegistry> {
  const all = installedBelow(nodeModules);
  const server = createServer((request, response) => {
    const [name, version] = decodeURIComponent(request.url ?? '/')
      .slice(1)
      .split('/-/');
    const versions = all.filter(({ manifest }) => manifest.name === name);
    const wanted = versions.find(({ manifest }) => manifest.version === version);
    if (wanted !== undefined) void sendTarball(wanted.folder, response);
    else if (version === undefined && versions.length > 0) response.end(json(versions));
    else response.writeHead(404).end('{}');
  });
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const json = (versions: readonly Installed[]): string =>
    JSON.stringify(packageDocument(versions, url()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: url(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function installedBelow(nodeModules: string): Installed[] {
  return readdirSync(nodeModules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === 'package.json')
    .filter(({ parentPath }) => /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/.test(parentPath))
    .map(({ parentPath: folder }) => {
      const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
      return { manifest: JSON.parse(text) as Manifest, folder };
    });
}

/** What npm reads of it: each version's manifest, and where its tarball is. */
function packageDocument(versions: readonly Installed[], url: string): object {
  const { name, version } = versions[0]!.manifest;
  return {
    name,
    'dist-tags': { latest: version },
    versions: Object.fromEntries(
      versions.map(({ manifest }) => {
        const tarball = `${url}${name}/-/${manifest.version}`;
        return [manifest.version, { ...manifest, dist: { tarball } }];
      }),
    ),
  };
}

/** Not compressed: npm takes it as well. What was put in the folder for its own dependencies stays out. */
async function sendTarball(folder: string, response: ServerResponse): Promise<void> {
  const from = ['-C', path.dirname(folder), path.basename(folder)];
  const tar = spawn('tar', ['-c', '--exclude=node_modules', ...from], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // a cut connection is the other side's failure to report
  await pipeline(tar.stdout, response).catch(() => {});
}
