/** The pages of the registrar: which domains there are, and of one its name servers, glue and DS records. Pure. */
import { fitsKey } from '#lab/dns/ds-remarks';
import type { Changed, Refused } from '#lab/dns/outcome';
import type { ListedKey } from '#lab/dns/panel';
import type { OwnedDomain } from '#lab/dns/registrar';
import { say } from '#mail/story/phrase';
import { changeBox, lookBox } from './change-box.ts';
import { otherPlaces, type DnsDesk } from './dns-places.ts';
import { DNS_TEXTS } from './dns-texts.ts';
import { button, field, form, refusal, type FormPlace } from './forms.ts';
import { html, type Content, type Html } from './html.ts';
import { linkTo, speaker, table, wideTable, type Page, type Reader } from './layout.ts';
import { CACHE, PANEL, REGISTRAR } from './sites.ts';

/** What was sent and refused: it stands in its field again. */
export interface Rejected {
  readonly action: 'buy' | 'ns' | 'ds-add' | 'ds-remove' | 'give-up';
  readonly value: string;
  readonly refused: Refused;
}

const BUY = 'buy';

export function registrarToken({ tokens }: DnsDesk, domain: string): string {
  return tokens.give(`${REGISTRAR} ${domain}`);
}

export function domainsPage(desk: DnsDesk, reader: Reader, rejected?: Rejected): Page {
  const { lang } = reader;
  const t = speaker(lang);
  const rows = desk.dns.registrar
    .domains()
    .map(({ domain, ns, ds }) => [
      html`<a href="${linkTo(reader, REGISTRAR, '/', { domain, lang })}">${domain}</a>`,
      lines(ns),
      ds.length === 0 ? t('none') : lines(ds.map((one) => one.split(' ', 1)[0]!)),
    ]);
  const place = { site: REGISTRAR, path: '/buy', token: registrarToken(desk, BUY) } as const;
  return {
    status: statusOf(rejected),
    title: 'registrarTitle',
    self: { site: REGISTRAR, path: '/' },
    body: [
      html`<p>${t('registrarAbout')}</p>`,
      html`<h2>${t('domains')}</h2>
        ${table([t('domain'), 'NS', 'DS'], rows)}`,
      html`<h2>${t('buyHeading')}</h2>
        ${form(reader, place, [
          field(reader, {
            name: 'domain',
            label: t('buyLabel'),
            value: rejected?.value,
            most: 253,
            refused: rejected?.refused,
          }),
          html`<p><button>${t('buy')}</button></p>`,
        ])}`,
      otherPlaces(REGISTRAR, reader),
    ],
  };
}

export interface DomainView {
  readonly owned: OwnedDomain;
  /** Undefined: the zone is not at the hosting company, or its name servers are others. */
  readonly keys: readonly ListedKey[] | undefined;
  readonly change: Changed | undefined;
  readonly now: number;
}

export function domainPage(
  desk: DnsDesk,
  view: DomainView,
  reader: Reader,
  rejected?: Rejected,
): Page {
  const { owned, change, now } = view;
  const { domain } = owned;
  const { lang } = reader;
  const t = speaker(lang);
  const token = registrarToken(desk, domain);
  const place = (path: string, more = {}): FormPlace => ({
    site: REGISTRAR,
    path,
    token,
    hidden: { domain, ...more },
  });
  const refusedOf = (action: Rejected['action']) =>
    rejected?.action === action ? rejected : undefined;
  return {
    status: statusOf(rejected),
    title: 'registrarTitle',
    self: { site: REGISTRAR, path: '/', query: { domain } },
    body: [
      html`<p><strong>${domain}</strong></p>
        <ul class="row">
          <li><a href="${linkTo(reader, REGISTRAR, '/', { lang })}">${t('domains')}</a></li>
          <li>
            <a href="${linkTo(reader, PANEL, '/', { zone: domain, lang })}">${t('toPanel')}</a>
          </li>
          <li>
            <a href="${linkTo(reader, CACHE, '/', { name: domain, lang })}">${t('toCache')}</a>
          </li>
        </ul>`,
      nameServers(desk, owned, place('/ns'), reader, refusedOf('ns')),
      html`<h2>${t('ds')}</h2>`,
      dsTable(view, place, reader),
      aside(refusedOf('ds-remove'), reader),
      form(reader, place('/ds-add'), [
        field(reader, {
          name: 'ds',
          label: t('dsLabel'),
          value: refusedOf('ds-add')?.value,
          refused: refusedOf('ds-add')?.refused,
        }),
        html`<p><button>${t('dsAdd')}</button></p>`,
      ]),
      changeBox(change, now, reader),
      lookBox(desk.places, [desk.places.registry], `NS ${domain}`, reader),
      html`<h2>${t('giveUp')}</h2>
        <p>${t('giveUpNote')}</p>
        ${aside(refusedOf('give-up'), reader)}
        ${button(reader, place('/give-up'), t('giveUp'), domain)}`,
      otherPlaces(REGISTRAR, reader),
    ],
  };
}

function nameServers(
  { address, places }: DnsDesk,
  { domain, ns, glue }: OwnedDomain,
  place: FormPlace,
  reader: Reader,
  rejected: Rejected | undefined,
): Html {
  const { lang } = reader;
  const t = speaker(lang);
  const hosts = places.hosterNames.join(' ');
  const value = ns.map((host) => [host, ...(glue[host] ?? [])].join(' ')).join('\n');
  return html`<h2>${t('nameServers')}</h2>
    ${
      ns.length === 0
        ? html`<p class="remark">${say(DNS_TEXTS.undelegated, lang, { hosts })}</p>`
        : table(
            [t('host'), t('glue')],
            ns.map((host) => [host, lines(glue[host] ?? [])]),
          )
    }
    ${form(reader, place, [
      field(reader, {
        name: 'ns',
        label: t('nsLabel'),
        hint: say(DNS_TEXTS.nsHint, lang, { domain, address }),
        value: rejected?.value ?? value,
        rows: 3,
        most: 8_000,
        refused: rejected?.refused,
      }),
      html`<p><button>${t('save')}</button></p>`,
    ])}`;
}

function dsTable(
  { owned, keys }: DomainView,
  place: (path: string, more: Readonly<Record<string, string>>) => FormPlace,
  reader: Reader,
): Content {
  const t = speaker(reader.lang);
  if (owned.ds.length === 0) return html`<p>${t('noDs')}</p>`;
  const own = keys?.map((key) => key.ds);
  const fit = (ds: string) => t(own === undefined ? 'unknown' : fitsKey(ds, own) ? 'yes' : 'no');
  const rows = owned.ds.map((ds) => {
    const tag = ds.split(' ', 1)[0]!;
    return [
      tag,
      html`<span class="value">${ds}</span>`,
      fit(ds),
      button(reader, place('/ds-remove', { tag }), t('take'), tag),
    ];
  });
  return wideTable('DS', [t('keyTag'), t('data'), t('fits'), t('take')], rows);
}

function aside(rejected: Rejected | undefined, { lang }: Reader): Content {
  return rejected && refusal(rejected.refused, lang, `refused-${rejected.action}`);
}

function statusOf(rejected: Rejected | undefined): number {
  return rejected === undefined ? 200 : 422;
}

function lines(words: readonly string[]): Content {
  return words.map((word) => html`${word}<br />`);
}
