/** Which pages of the DNS answer what: from the words of a request to the functions that the command line calls too. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { besideAuthority } from '#lab/dns/calls';
import { isRefused, refused, type Changed, type Refused } from '#lab/dns/outcome';
import { MAX_TTL } from '#lab/dns/records';
import { shortened } from '#lab/dns/said';
import { checkIprev } from '#protocol/iprev/check';
import { wordOf } from './asked.ts';
import { cachePage, type CacheView } from './cache-page.ts';
import type { DnsDesk } from './dns-places.ts';
import { ispPage, type RejectedName } from './isp-page.ts';
import { badToken, linkTo, type Page, type Reader } from './layout.ts';
import { addPage, isOurForm, type Answer, type Onward, type Showing } from './page-route.ts';
import { zoneOrList, zonesPage } from './panel-page.ts';
import {
  addPage as addRecordPage,
  changePage,
  fieldsOf,
  valueOf,
  type Words,
} from './record-form.ts';
import { domainPage, domainsPage, type Rejected } from './registrar-page.ts';
import { CACHE, ISP, PANEL, REGISTRAR, type Site } from './sites.ts';
import type { TextKey } from './texts.ts';

/** Octets of a form with a text as long as a zone takes one, three for each of its own. */
const LONG_FORM = 64 * 1024;
/** Addresses whose names are looked up for one page. */
const MOST_ADDRESSES = 20;

const TITLES = {
  [REGISTRAR]: 'registrarTitle',
  [PANEL]: 'panelTitle',
  [ISP]: 'ispTitle',
  [CACHE]: 'cacheTitle',
} as const satisfies Partial<Record<Site, TextKey>>;

type DnsSite = keyof typeof TITLES;
type Taken = (body: Read, reader: Reader) => Promise<Page | Onward>;
/** A word of a form, without blanks around it; empty where there is none. */
type Read = (name: string) => string;

interface Tools {
  readonly page: (site: DnsSite, path: string, answer: Answer) => void;
  /** @param about which word of the form its token is for; undefined: for the site */
  readonly form: (site: DnsSite, path: string, about: string | undefined, taken: Taken) => void;
}

export function addDnsRoutes(app: FastifyInstance, desk: DnsDesk & Showing): void {
  const tools: Tools = {
    page: (site, path, answer) => addPage(app, desk, { path: `/${site}${path}` }, answer),
    form(site, path, about, taken) {
      const place = { path: `/${site}${path}`, method: 'POST', bodyLimit: LONG_FORM } as const;
      addPage(app, desk, place, (request, reader) => {
        const read: Read = (name) => (wordOf(request.body, name) ?? '').trim();
        const what =
          about === undefined ? site : `${site} ${about === 'buy' ? about : read(about)}`;
        return isOurForm(request, desk.tokens, what)
          ? taken(read, reader)
          : badToken(TITLES[site], reader);
      });
    },
  };
  addRegistrar(desk, tools);
  addPanel(desk, tools);
  addIsp(desk, tools);
  addCache(desk, tools);
}

function asked({ query }: FastifyRequest, name: string): string | undefined {
  return wordOf(query, name)?.trim().slice(0, 1024);
}

function addRegistrar(desk: DnsDesk, { page, form }: Tools): void {
  const { registrar, panel, lastChange } = desk.dns;
  const shown = (domain: string, reader: Reader, rejected?: Rejected): Page => {
    const owned = registrar.domains().find((one) => one.domain === domain.toLowerCase());
    if (owned === undefined) return domainsPage(desk, reader, rejected);
    const listed = panel.listZone(owned.domain);
    const isHere = owned.ns.some((host) => desk.places.hosterNames.includes(host));
    const keys = isRefused(listed) || !isHere ? undefined : listed.keys;
    const change = lastChange('delegation', owned.domain);
    return domainPage(desk, { owned, keys, change, now: desk.clock.now() }, reader, rejected);
  };
  const onward = (domain: string | undefined, reader: Reader): Onward => {
    const query = { ...(domain !== undefined && { domain }), lang: reader.lang };
    return { location: linkTo(reader, REGISTRAR, '/', query) };
  };
  const change = (
    action: Rejected['action'],
    word: string,
    make: (read: Read) => Promise<Changed | Refused>,
  ) =>
    form(REGISTRAR, `/${action}`, action === 'buy' ? 'buy' : 'domain', async (read, reader) => {
      const done = await make(read);
      if (isRefused(done))
        return shown(action === 'buy' ? '' : read('domain'), reader, {
          action,
          value: read(word),
          refused: done,
        });
      return onward(action === 'give-up' ? undefined : done.name, reader);
    });
  page(REGISTRAR, '/', (request, reader) => shown(asked(request, 'domain') ?? '', reader));
  change('buy', 'domain', (read) => registrar.buy(read('domain')));
  change('give-up', 'domain', (read) => registrar.giveUp(read('domain')));
  change('ns', 'ns', (read) => registrar.setDelegation(read('domain'), readServers(read('ns'))));
  change('ds-add', 'ds', (read) => registrar.addDs(read('domain'), read('ds')));
  change('ds-remove', 'tag', (read) => registrar.removeDs(read('domain'), Number(read('tag'))));
}

/** One name server a line, behind it the addresses that are its glue. */
function readServers(text: string): { ns: string[]; glue: Record<string, string[]> } {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim().split(/\s+/));
  const given = lines.filter(([host]) => host !== undefined && host !== '');
  const glue = given.filter(({ length }) => length > 1).map(([host, ...ips]) => [host!, ips]);
  return {
    ns: given.map(([host]) => host!),
    glue: Object.fromEntries(glue) as Record<string, string[]>,
  };
}

function addPanel(desk: DnsDesk, { page, form }: Tools): void {
  const { panel } = desk.dns;
  const onward = (
    zone: string,
    reader: Reader,
    about?: { name: string; type: string },
  ): Onward => ({
    location: linkTo(reader, PANEL, '/', { zone, ...about, lang: reader.lang }),
  });
  page(PANEL, '/', (request, reader) => {
    const [zone, name, type] = ['zone', 'name', 'type'].map((word) => asked(request, word));
    if (zone === undefined) return zonesPage(desk, reader);
    return zoneOrList(desk, zone, questionOf(name, type), reader);
  });
  page(PANEL, '/add', (request, reader) => {
    const [zone = '', type = ''] = ['zone', 'type'].map((word) => asked(request, word));
    const listed = panel.listZone(zone);
    if (isRefused(listed)) return zonesPage(desk, reader, listed);
    const shown = type.slice(0, 20).toUpperCase();
    return addRecordPage(desk, { zone: listed.zone, type: shown, words: {} }, reader);
  });
  form(PANEL, '/add', 'zone', async (read, reader) => {
    const [zone, type] = [read('zone'), read('type').toUpperCase()];
    const names = ['name', 'ttl', ...fieldsOf(type)];
    const words: Words = Object.fromEntries(names.map((name) => [name, read(name)]));
    const name = wholeName(words['name']!, zone);
    const ttl = readTtl(words['ttl']!);
    const value = valueOf(type, words);
    const done = isRefused(ttl) ? ttl : await panel.addRecord(zone, { name, type, value, ...ttl });
    return isRefused(done)
      ? addRecordPage(desk, { zone, type, words, refused: done }, reader)
      : onward(zone, reader, { name, type });
  });
  page(PANEL, '/change', (request, reader) => {
    const [zone = '', name = '', type = ''] = ['zone', 'name', 'type'].map((word) =>
      asked(request, word),
    );
    const listed = panel.listZone(zone);
    if (isRefused(listed)) return zonesPage(desk, reader, listed);
    const set = listed.records.find((one) => one.name === name && one.type === type);
    if (set === undefined) {
      const what = { name: shortened(name), type: shortened(type), zone: listed.zone };
      return zoneOrList(desk, zone, undefined, reader, refused('no-such-set', what));
    }
    const values = set.values.join('\n');
    const place = { zone: listed.zone, name, type };
    return changePage(desk, { ...place, ttl: String(set.ttl), values }, reader);
  });
  form(PANEL, '/change', 'zone', async (read, reader) => {
    const [zone, name, type] = [read('zone'), read('name'), read('type')];
    const ttl = readTtl(read('ttl'));
    const values = read('values')
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const done = isRefused(ttl)
      ? ttl
      : await panel.setRecords(zone, { name, type, values, ...ttl });
    if (!isRefused(done)) return onward(zone, reader, { name, type });
    const place = { zone, name, type };
    const given = { ttl: read('ttl'), values: read('values') };
    return changePage(desk, { ...place, ...given, refused: done }, reader);
  });
  const press = (path: string, make: (read: Read) => Promise<Changed | Refused>) =>
    form(PANEL, path, 'zone', async (read, reader) => {
      const done = await make(read);
      return isRefused(done)
        ? zoneOrList(desk, read('zone'), undefined, reader, done)
        : onward(done.name, reader);
    });
  press('/remove', (read) => {
    const [name, type, value] = [read('name'), read('type'), read('value')];
    return panel.removeRecord(read('zone'), { name, type, value });
  });
  press('/sign', (read) => panel.signZone(read('zone')));
  press('/unsign', (read) => panel.unsignZone(read('zone')));
  press('/roll-key', (read) => panel.rollKey(read('zone')));
  press('/retire-key', (read) => panel.retireKey(read('zone'), Number(read('tag'))));
}

/** Nothing is the zone itself, as `@` is. */
function wholeName(name: string, zone: string): string {
  return name === '' || name === '@' ? zone : name;
}

function readTtl(text: string): { readonly ttl: number } | Refused {
  return /^\d{1,9}$/.test(text)
    ? { ttl: Number(text) }
    : refused('bad-ttl', { ttl: shortened(text), most: MAX_TTL });
}

/** Of what dig is asked; only what cannot be mistaken for an option. */
function questionOf(name: string | undefined, type: string | undefined): string | undefined {
  const isPlain = /^[\w*.-]{1,253}$/.test(name ?? '') && /^[A-Z]\w{0,15}$/.test(type ?? '');
  return isPlain && !name!.startsWith('-') ? `${type} ${name}` : undefined;
}

function addIsp(desk: DnsDesk, { page, form }: Tools): void {
  const { isp, lastChange } = desk.dns;
  const shown = async (reader: Reader, rejected?: RejectedName): Promise<Page> => {
    const seen = isp.addresses().slice(0, MOST_ADDRESSES);
    const reports = seen.map(async (one) => {
      const report = await checkIprev({ ip: one.address, resolver: desk.resolver });
      return { of: one, report, change: lastChange('pointer', one.address) };
    });
    return ispPage(desk, await Promise.all(reports), reader, rejected);
  };
  page(ISP, '/', (_, reader) => shown(reader));
  const set = (path: string, nameIn: (read: Read) => string | undefined) =>
    form(ISP, path, undefined, async (read, reader) => {
      const done = await isp.setPtr(read('address'), nameIn(read));
      const given = { address: read('address').slice(0, 45), name: read('name').slice(0, 1024) };
      return isRefused(done)
        ? shown(reader, { ...given, refused: done })
        : { location: linkTo(reader, ISP, '/', { lang: reader.lang }) };
    });
  set('/ptr', (read) => read('name'));
  set('/remove', () => undefined);
}

function addCache(desk: DnsDesk, { page, form }: Tools): void {
  const { cache } = desk.dns;
  page(CACHE, '/', async (request, reader) => {
    const name = asked(request, 'name');
    const isAsked = name !== undefined && name !== '';
    const beside: CacheView['beside'] = isAsked ? await besideAuthority(cache, name) : undefined;
    return cachePage(desk, { all: isAsked ? [] : cache.list(), name, beside }, reader);
  });
  form(CACHE, '/flush', 'name', async (read, reader) => {
    const name = read('name');
    cache.flush(...(name === '' ? [] : [name]));
    const query = { ...(name !== '' && { name }), lang: reader.lang };
    return { location: linkTo(reader, CACHE, '/', query) };
  });
}
