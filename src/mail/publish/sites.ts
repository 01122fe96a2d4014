/** Under which names this server answers by HTTP, and what it says there. */
import type { Directory } from '#store/directory/directory';
import type { DomainPolicies } from '#store/directory/domain-policies';
import { isHostName, toAscii } from '#protocol/address/domain';
import { parseMailbox } from '#protocol/address/path';
import { hostOf } from '#protocol/http/host';
import type { ClientService, ClientSettings } from './client-settings.ts';
import { USUAL_POLICIES } from './domain-policies.ts';
import { formatStsPolicy } from './mta-sts-policy.ts';
import { webNames, type WebNames } from './web-names.ts';

/** policy: `mta-sts.D` · settings: `autoconfig.D`, `autodiscover.D`, D itself, and the host for every domain. */
export type Site =
  | { readonly kind: 'policy'; readonly name: string; readonly domain: string }
  | { readonly kind: 'settings'; readonly name: string; readonly domain: string | undefined };

export interface SitesOptions {
  readonly directory: Pick<Directory, 'policies'>;
  readonly host: string;
  readonly services: readonly ClientService[];
  /** A name besides it at which readers leave lists (`unsubscribe.url`). */
  readonly leavingHost?: string | undefined;
}

const KIND_OF = {
  mtaSts: 'policy',
  autoconfig: 'settings',
  autodiscover: 'settings',
} as const satisfies Record<keyof WebNames, Site['kind']>;

export class Sites {
  readonly #options: SitesOptions;

  constructor(options: SitesOptions) {
    this.#options = options;
  }

  /** @param host of the request, as it came, with a port or without */
  async at(host: string | undefined): Promise<Site | undefined> {
    const name = hostOf(host);
    if (!isHostName(name)) return undefined;
    const { host: own, leavingHost } = this.#options;
    if (name === own || name === leavingHost) return { kind: 'settings', name, domain: undefined };
    const parent = name.slice(name.indexOf('.') + 1);
    for (const [key, kind] of Object.entries(KIND_OF) as [keyof WebNames, Site['kind']][])
      if (webNames(parent)[key] === name && (await this.#isHere(parent)))
        return { kind, name, domain: parent };
    return (await this.#isHere(name)) ? { kind: 'settings', name, domain: name } : undefined;
  }

  /** Undefined where the domain is not here any more. */
  async stsPolicy(domain: string): Promise<string | undefined> {
    const policies = await this.#policies(domain);
    if (policies === undefined) return undefined;
    const { mtaStsMode: mode, mtaStsMaxAge: maxAge } = policies;
    return formatStsPolicy({ mode, mx: [this.#options.host], maxAge });
  }

  /**
   * Of the domain of an address, else of the site.
   * @param address as a stranger gave it; unfinished ones have their domain too
   */
  async settings(site: Site, address: string | undefined): Promise<ClientSettings | undefined> {
    const domain = domainOf(address) ?? site.domain;
    if (domain === undefined || !(await this.#isHere(domain))) return undefined;
    const { host, services } = this.#options;
    return { domain, host, services };
  }

  async #isHere(domain: string): Promise<boolean> {
    return (await this.#policies(domain)) !== undefined;
  }

  async #policies(domain: string): Promise<DomainPolicies | undefined> {
    const found = await this.#options.directory.policies(domain);
    return found.kind === 'domain' ? (found.policies ?? USUAL_POLICIES) : undefined;
  }
}

/** The longest path of SMTP; no address is longer (RFC 5321 §4.5.3.1.3). */
const MAX_ADDRESS = 256;

function domainOf(address: string | undefined): string | undefined {
  if (address === undefined || address.length > MAX_ADDRESS) return undefined;
  const mailbox = parseMailbox(address);
  if (mailbox !== undefined && mailbox.domain !== '') return mailbox.domain;
  return toAscii(address.slice(address.lastIndexOf('@') + 1));
}
