/** What the pages of the DNS are made from: the same parts as the command line's calls, and where questions are asked. */
import type { Clock } from '#clock';
import type { LabDns } from '#lab/dns/start';
import type { Resolver } from '#protocol/dns/resolver';
import type { DigPlaces } from './change-box.ts';
import { html, type Html } from './html.ts';
import { linkTo, speaker, type Reader } from './layout.ts';
import { CACHE, ISP, PANEL, REGISTRAR, type Site } from './sites.ts';
import type { FormTokens } from './tokens.ts';

export interface DnsParts {
  readonly dns: Pick<LabDns, 'registrar' | 'panel' | 'isp' | 'cache' | 'lastChange'>;
  readonly clock: Pick<Clock, 'now'>;
  /** As receivers ask. */
  readonly resolver: Resolver;
  readonly places: DigPlaces;
  /** What the learner's server says in EHLO, and where it stands. */
  readonly hostname: string;
  readonly address: string;
}

export interface DnsDesk extends DnsParts {
  readonly tokens: FormTokens;
}

const PLACES = [REGISTRAR, PANEL, ISP, CACHE] as const satisfies readonly Site[];

/** The other places where something of the DNS is set or seen. */
export function otherPlaces(here: Site, reader: Reader): Html {
  const { lang } = reader;
  return html`<nav aria-label="${speaker(lang)('places')}">
    <ul>
      ${PLACES.filter((site) => site !== here).map(
        (site) => html`<li><a href="${linkTo(reader, site, '/', { lang })}">${site}</a></li> `,
      )}
    </ul>
  </nav>`;
}
