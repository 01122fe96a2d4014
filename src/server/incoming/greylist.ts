/** Greylisting as the settings have it. */
import type { Config } from '#config';
import { readSparedSender } from '#config/spared-sender';
import type { Greylisting } from '#mail/receive/inquiry/greylisting';
import { parseNetworks } from '#protocol/address/network';
import type { Pool } from '#store/database/open';
import { notePutOff, rememberedAmong, wroteTo } from '#store/reception/greylist';

/** Undefined where it is off. */
export function greylistingOf(config: Config, pool: Pool): Greylisting | undefined {
  if (!config['receive.greylist']) return undefined;
  return {
    delay: config['receive.greylist_delay'],
    spares: sparing(config['receive.greylist_spare']),
    remembered: (keys, now) => rememberedAmong(pool, keys, now),
    putOff: (putOff) => notePutOff(pool, putOff),
    wroteTo: (accountIds, address) => wroteTo(pool, accountIds, address),
  };
}

/** @param texts as `readSparedSender` takes them */
export function sparing(texts: readonly string[]): Greylisting['spares'] {
  const spared = texts.map((text) => readSparedSender(text)!);
  const parsed = parseNetworks(
    spared.flatMap((one) => (one.kind === 'network' ? [one.network] : [])),
  );
  if (parsed.kind !== 'networks') throw new Error(`${parsed.text} is no network`);
  const domains = spared.flatMap((one) => (one.kind === 'domain' ? [`.${one.domain}`] : []));
  return (address, vouched) =>
    parsed.networks.has(address) ||
    vouched.some((domain) => domains.some((one) => `.${domain}`.endsWith(one)));
}
