/** The ways out of bulk mail: what submissions are offered, where their tokens lead, and what mail about it comes to. */
import { isIPv6 } from 'node:net';
import type { Clock } from '#clock';
import type { Config, Mode } from '#config';
import type { Event } from '#events';
import { leavingDesk, type LeavingDesk } from '#mail/unsubscribe/leave';
import { PAGE_PATH, type Offering } from '#mail/unsubscribe/offer';
import { tokenKeys, type TokenKeys } from '#mail/unsubscribe/token';
import type { Pool } from '#store/database/open';

export interface LeavingParts {
  readonly mode: Mode;
  readonly config: Config;
  /** Of the listener for this machine. */
  readonly httpPort: number;
  /** Of the installation. */
  readonly secret: Uint8Array;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly happened: (events: readonly Event[]) => void;
}

export interface Leaving {
  readonly keys: TokenKeys;
  readonly desk: LeavingDesk;
  /** Undefined: nothing is added to bulk mail. */
  readonly offering: Offering | undefined;
}

export function openLeaving(parts: LeavingParts): Leaving {
  const { config, secret, pool, clock, happened } = parts;
  const keys = tokenKeys(secret);
  return {
    keys,
    desk: leavingDesk({ pool, clock, keys, happened }),
    offering: config['unsubscribe.offer'] ? { keys, page: pageOf(parts) } : undefined,
  };
}

/** RFC 8058 §3.1 wants https; in dev the page is on this machine, to be tried. */
function pageOf({ mode, config, httpPort }: LeavingParts): string | undefined {
  const given = config['unsubscribe.url'];
  if (given !== '') return given.replace(/\/+$/, '') + PAGE_PATH;
  if (mode === 'dev') return `http://${shown(config['http.address'])}:${httpPort}${PAGE_PATH}`;
  const port = config['https.public_port'];
  if (port === 'off' || port === 0) return undefined;
  return `https://${config.hostname}${port === 443 ? '' : `:${port}`}${PAGE_PATH}`;
}

function shown(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return isIPv6(address) ? `[${address}]` : address;
}
