/** How a DNS list stands in the settings: `zone=meaning`. */
import { toAscii } from '#protocol/address/domain';

const MEANINGS = ['note', 'junk', 'reject'] as const;

export interface ConfiguredZone {
  /** In A-labels. */
  readonly zone: string;
  readonly wish: (typeof MEANINGS)[number];
}

/** Undefined where it is nothing of the kind. */
export function readListZone(text: string): ConfiguredZone | undefined {
  const [name = '', meaning, ...more] = text.split('=');
  const zone = toAscii(name);
  const wish = MEANINGS.find((known) => known === meaning);
  return zone === undefined || wish === undefined || more.length > 0 ? undefined : { zone, wish };
}
