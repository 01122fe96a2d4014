/** The panel of the hosting company: the records of a zone, its serial at each server, its keys. Pure. */
import { type Changed, isRefused, type Refused } from '#lab/dns/outcome';
import type { ListedKey, ListedZone } from '#lab/dns/panel';
import { compareNames } from '#lab/dns/wire/name';
import { say } from '#mail/story/phrase';
import { changeBox, lookBox } from './change-box.ts';
import { otherPlaces, type DnsDesk } from './dns-places.ts';
import { DNS_TEXTS } from './dns-texts.ts';
import { button, refusal, type FormPlace } from './forms.ts';
import { html, type Content, type Html } from './html.ts';
import { linkTo, speaker, table, wideTable, type Page, type Reader } from './layout.ts';
import { FORM_TYPES } from './record-form.ts';
import { CACHE, PANEL, REGISTRAR } from './sites.ts';

/** Values that are shown. */
const MOST = 500;

export function zonesPage(desk: DnsDesk, reader: Reader, refused?: Refused): Page {
  const { lang } = reader;
  const t = speaker(lang);
  const zones = desk.dns.registrar.domains().map(
    ({ domain }) =>
      html`<li>
        <a href="${linkTo(reader, PANEL, '/', { zone: domain, lang })}">${domain}</a>
      </li> `,
  );
  return {
    status: refused === undefined ? 200 : 404,
    title: 'panelTitle',
    self: { site: PANEL, path: '/' },
    body: [
      html`<p>${t('panelAbout')}</p>`,
      refused && refusal(refused, lang, 'refused'),
      html`<h2>${t('zones')}</h2>
        <ul>
          ${zones}
        </ul>`,
      otherPlaces(PANEL, reader),
    ],
  };
}

export interface ZoneView {
  readonly listed: ListedZone;
  readonly change: Changed | undefined;
  readonly now: number;
  /** What one wants to look for: `MX example.test`. */
  readonly question: string;
  /** Of a button, which has no field to say it at. */
  readonly refused?: Refused | undefined;
}

export function zonePage(desk: DnsDesk, view: ZoneView, reader: Reader): Page {
  const { listed, change, now, question, refused } = view;
  const { zone, serial, servers } = listed;
  const { lang } = reader;
  const t = speaker(lang);
  const serials = [
    [t('newest'), serial],
    ...servers.map((one) => [one.host, one.serial ?? t('notYet')]),
  ];
  return {
    status: refused === undefined ? 200 : 422,
    title: 'panelTitle',
    self: { site: PANEL, path: '/', query: { zone } },
    body: [
      html`<p><strong>${zone}</strong></p>
        <ul class="row">
          <li><a href="${linkTo(reader, PANEL, '/', { lang })}">${t('zones')}</a></li>
          <li>
            <a href="${linkTo(reader, REGISTRAR, '/', { domain: zone, lang })}"
              >${t('toRegistrar')}</a
            >
          </li>
          <li><a href="${linkTo(reader, CACHE, '/', { name: zone, lang })}">${t('toCache')}</a></li>
        </ul>`,
      refused && refusal(refused, lang, 'refused'),
      html`<h2>${t('records')}</h2>`,
      recordTable(desk, listed, reader),
      addLinks(zone, reader),
      changeBox(change, now, reader),
      html`<h2>${t('serial')}</h2>
        ${table([t('server'), t('serial')], serials)}`,
      lookBox(desk.places, desk.places.hosters, question, reader),
      signing(desk, listed, reader),
      otherPlaces(PANEL, reader),
    ],
  };
}

function recordTable(desk: DnsDesk, { zone, records }: ListedZone, reader: Reader): Content {
  const { lang } = reader;
  const t = speaker(lang);
  if (records.length === 0) return html`<p>${t('noRecords')}</p>`;
  const token = desk.tokens.give(`${PANEL} ${zone}`);
  const all = records
    .toSorted((one, other) => compareNames(one.name, other.name))
    .flatMap(({ values, ...record }) => values.map((value) => ({ ...record, value })));
  const rows = all.slice(0, MOST).map(({ name, type, ttl, value }) => {
    const described = say(DNS_TEXTS.ofRecord, lang, { name, type });
    const hidden = { zone, name, type, value };
    const place: FormPlace = { site: PANEL, path: '/remove', token, hidden };
    return [
      name,
      type,
      ttl,
      [html`<span class="value">${value}</span>`, strings(type, value, lang)],
      html`<div class="act">
        <a
          href="${linkTo(reader, PANEL, '/change', { zone, name, type, lang })}"
          aria-label="${t('change')}: ${described}"
          >${t('change')}</a
        >
        ${button(reader, place, t('remove1'), `${described} ${value}`.slice(0, 200))}
      </div>`,
    ];
  });
  return [
    wideTable(t('records'), [t('name'), t('type'), t('ttl'), t('value'), t('actions')], rows),
    all.length > MOST
      ? html`<p>${say(DNS_TEXTS.more, lang, { most: String(MOST), zone })}</p>`
      : undefined,
  ];
}

/** How a text was split. @param value as octets are written: an octet that is not printable is four characters */
function strings(type: string, value: string, lang: Reader['lang']): Content {
  if (type !== 'TXT' || value.length <= 255) return undefined;
  const all = value.match(/"(?:[^"\\]|\\.)*"/gs) ?? [];
  if (all.length < 2) return undefined;
  const lengths = all.map((one) => one.slice(1, -1).replaceAll(/\\(?:\d{3}|.)/g, '.').length);
  const values = { count: String(all.length), lengths: lengths.join(' + ') };
  return html`<br /><small>${say(DNS_TEXTS.strings, lang, values)}</small>`;
}

function addLinks(zone: string, reader: Reader): Html {
  const { lang } = reader;
  const t = speaker(lang);
  const link = (type: string, label: string) =>
    html`<li><a href="${linkTo(reader, PANEL, '/add', { zone, type, lang })}">${label}</a></li> `;
  return html`<h2>${t('add')}</h2>
    <ul class="row">
      ${FORM_TYPES.map((type) => link(type, say(DNS_TEXTS.addOf, lang, { type })))}
      ${link('', t('anotherType'))}
    </ul>`;
}

function signing(desk: DnsDesk, { zone, keys }: ListedZone, reader: Reader): Content {
  const { lang } = reader;
  const t = speaker(lang);
  const token = desk.tokens.give(`${PANEL} ${zone}`);
  const press = (path: string, label: string, more: Readonly<Record<string, string>> = {}) =>
    button(reader, { site: PANEL, path, token, hidden: { zone, ...more } }, label);
  if (keys.length === 0)
    return html`<h2>${t('signing')}</h2>
      <p>${t('unsigned')}</p>
      ${press('/sign', t('sign'))}`;
  const row = ({ keyTag, ds }: ListedKey) => [
    keyTag,
    html`<span class="value">${ds}</span>`,
    press('/retire-key', say(DNS_TEXTS.retire, lang, { tag: String(keyTag) }), {
      tag: String(keyTag),
    }),
  ];
  return html`<h2>${t('signing')}</h2>
    ${wideTable(t('signing'), [t('keyTag'), t('dsToGive'), t('actions')], keys.map(row))}
    ${press('/roll-key', t('roll'))} ${press('/unsign', t('unsign'))}`;
}

/** The zone as it is, or the list of zones that are there. */
export function zoneOrList(
  desk: DnsDesk,
  zone: string,
  question: string | undefined,
  reader: Reader,
  refused?: Refused,
): Page {
  const listed = desk.dns.panel.listZone(zone);
  if (isRefused(listed)) return zonesPage(desk, reader, listed);
  const change = desk.dns.lastChange('zone', listed.zone);
  const now = desk.clock.now();
  return zonePage(
    desk,
    { listed, change, now, question: question ?? `MX ${listed.zone}`, refused },
    reader,
  );
}
