/** The doors of a server: sockets that were handed over, and ports that have to be bound before something else can be done. */
import { networkInterfaces } from 'node:os';
import type { Config } from '#config';
import type { Key } from '#config/fields';
import { adoptDoor, bindDoor, bindDoors, type Door } from '#servers/net/door';
import { listenFailure } from '#servers/net/listener';
import { failed, type StartFailure } from '#server/failure';
import { DOORS, type DoorName, type InheritedSockets } from './inherited-sockets.ts';

/** Listeners without a door here bind their own ports when they start. */
export type Doors = ReadonlyMap<DoorName, Door>;

type Opened = { readonly kind: 'open'; readonly doors: Doors };

/**
 * @param all those too that no socket was handed over for
 * @param more addresses to listen on, beside that of the setting
 */
export async function openDoors(
  config: Config,
  sockets: InheritedSockets,
  all: boolean,
  more: readonly string[] = [],
): Promise<Opened | StartFailure> {
  if (sockets.kind === 'not-understood') return failed(sockets.message, sockets.remedy);
  const doors = new Map<DoorName, Door>();
  for (const name of DOORS) {
    const descriptors = sockets.descriptors.get(name);
    const { address, port } = placeOf(config, name);
    if (port === 'off') continue;
    try {
      if (descriptors !== undefined) doors.set(name, await adoptDoor(descriptors));
      else if (more.length > 0 && port !== 0)
        doors.set(name, await bindDoors(everyAddress(address, more), port));
      else if (all) doors.set(name, await bindDoor(address, port));
    } catch (error) {
      closeDoors(doors);
      const { message, remedy } = listenFailure(error as NodeJS.ErrnoException, address, port);
      return descriptors === undefined
        ? failed(`${keyOf(name)}: ${message}`, remedy)
        : failed(
            `the socket handed over for ${name} cannot be used: ${(error as Error).message}`,
            'It has to be a stream socket that listens: ListenStream= in its unit, Accept=no.',
          );
    }
  }
  return { kind: 'open', doors };
}

function keyOf(name: DoorName): Key {
  return name === 'http' || name === 'https' ? `${name}.public_port` : `${name}.port`;
}

/** Where the listener of a door is by the settings. */
export function placeOf(
  config: Config,
  name: DoorName,
): { readonly address: string; readonly port: number | 'off' } {
  return name === 'http' || name === 'https'
    ? { address: config[`${name}.public_address`], port: config[`${name}.public_port`] }
    : { address: config[`${name}.address`], port: config[`${name}.port`] };
}

export function closeDoors(doors: Doors): void {
  for (const door of doors.values()) door.close();
}

const EVERY: ReadonlySet<string> = new Set(['::', '0.0.0.0']);

/**
 * Each address by itself: where neighbours on the loopback have the same port, all of them cannot be taken at once. The unspecified one
 * stands for those of the machine's interfaces.
 */
function everyAddress(address: string, more: readonly string[]): readonly string[] {
  const own = EVERY.has(address)
    ? Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ family, scopeid }) => (address === '::' || family === 'IPv4') && !scopeid)
        .map((one) => one.address)
    : [address];
  return [...new Set([...own, ...more])];
}
