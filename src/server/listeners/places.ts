/** Where the listeners of SMTP and IMAP stand by the settings, and which setting they failed by. */
import type { Config } from '#config';
import type { ListenerPlace, ListenersFailure } from '#servers/net/session-listeners';
import { failed, type StartFailure } from '#server/failure';
import type { Doors } from './doors.ts';
import type { DoorName } from './inherited-sockets.ts';

export function listenerOf(
  config: Config,
  doors: Doors,
  name: Exclude<DoorName, 'http' | 'https'>,
): ListenerPlace {
  return {
    door: doors.get(name),
    address: config[`${name}.address`],
    port: config[`${name}.port`],
    proxyFrom: config[`${name}.proxy_from`],
  };
}

export function badListener({ listener, message, remedy }: ListenersFailure): StartFailure {
  return failed(`${listener === 'mx' ? 'smtp' : listener}.port: ${message}`, remedy);
}
