/** Names for addresses of the practice Internet. */
import { HOSTS, MALLORY, RENTED, type LabHost } from '#lab/addresses';
import type { Language } from '#protocol/dsn/language';
import { REPLAY_TEXTS } from './texts.ts';

export interface Places {
  /** The host with an address; the address itself where nobody has it. */
  readonly nameOf: (address: string, language: Language) => string;
  readonly addressOf: (host: string) => string | undefined;
  readonly resolver: string;
  /** The learner's server. */
  readonly own: { readonly name: string; readonly address: string };
}

export function placesOf(addressOf: (host: LabHost) => string): Places {
  const hosts = Object.keys(HOSTS) as LabHost[];
  const network = addressOf('relay.mallory.test').split('.').slice(0, 2).join('.');
  const isMallorys = (address: string): boolean => {
    const third = address.startsWith(`${network}.`) ? Number(address.split('.')[2]) : 0;
    return third === MALLORY || third >= RENTED;
  };
  const names = new Map<string, string>(hosts.map((host) => [addressOf(host), host]));
  const addresses = new Map<string, string>(hosts.map((host) => [host, addressOf(host)]));
  return {
    nameOf(address, language) {
      const name = names.get(address);
      if (name !== undefined) return name;
      if (isMallorys(address)) return `mallory (${address})`;
      return address === '127.0.0.1' ? REPLAY_TEXTS['somebody-here'][language] : address;
    },
    addressOf: (host) => addresses.get(host),
    resolver: addressOf('resolver.test'),
    own: { name: 'mail.example.test', address: addressOf('mail.example.test') },
  };
}
