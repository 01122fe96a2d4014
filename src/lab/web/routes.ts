/** Which page answers what: from a request's words to a page, by the same calls as the command line's. */
import { isIPv4 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { wordOf } from './asked.ts';
import { addDnsRoutes } from './dns-routes.ts';
import { addressPage, askAddress, reasonPage, removalPage } from './block-list-page.ts';
import type { WebParts } from './parts.ts';
import { html } from './html.ts';
import { askFor, badToken, linkTo, type Page, type Reader } from './layout.ts';
import { addPage, isOurForm, type Answer, type Showing } from './page-route.ts';
import { postmasterPage } from './postmaster-page.ts';
import { BLOCK_LIST, POSTMASTER, SITES, WHY } from './sites.ts';
import { SITE_TEXTS } from './texts.ts';
import { askWhy, whyPage } from './why-page.ts';

export interface Routes extends Showing, Pick<WebParts, 'calls' | 'blockList' | 'dns'> {}

/** How ids of messages and of attempts are written, and reasons of the list. */
const ID = /^[\w-]{1,200}$/;
const REASON = /^dnsbl(?:-|$)/;
const DAYS = 14;

export function addRoutes(app: FastifyInstance, routes: Routes): void {
  const page = (path: string, answer: Answer, method: 'GET' | 'POST' = 'GET'): void =>
    addPage(app, routes, { path, method }, answer);
  page('/', (_, reader) => home(reader));
  page(`/${WHY}/`, (request, reader) => {
    const id = wordOf(request.query, 'id');
    return id === undefined ? askWhy(reader, 200) : why(routes, id, undefined, reader);
  });
  page(`/${WHY}/:id`, (request, reader) =>
    why(routes, wordOf(request.params, 'id') ?? '', wordOf(request.query, 'ip'), reader),
  );
  page(`/${BLOCK_LIST}/`, (request, reader) => listed(routes, wordOf(request.query, 'ip'), reader));
  page(`/${BLOCK_LIST}/remove`, (request, reader) => removal(routes, request, reader), 'POST');
  page(`/${POSTMASTER}/`, (request, reader) =>
    postmaster(routes, wordOf(request.query, 'sender'), reader),
  );
  addDnsRoutes(app, { ...routes, ...routes.dns });
}

function home(reader: Reader): Page {
  const sites = SITES.map(
    (site) =>
      html`<li>
        <a href="${linkTo(reader, site, '/', { lang: reader.lang })}">${site}</a>
        – ${SITE_TEXTS[site][reader.lang]}
      </li>`,
  );
  return {
    status: 200,
    title: 'home',
    self: { path: '/' },
    body: [
      html`<ul>
        ${sites}
      </ul>`,
      askFor(reader, WHY, 'id', 'id', 'show'),
    ],
  };
}

async function why(
  { calls }: Routes,
  id: string,
  ip: string | undefined,
  reader: Reader,
): Promise<Page> {
  if (REASON.test(id)) {
    const address = ip !== undefined && isIPv4(ip) ? ip : undefined;
    const found = reasonPage(id.replace(REASON, ''), address, reader);
    return found ?? askAddress(reader, undefined);
  }
  if (!ID.test(id)) return askWhy(reader, 404);
  const told = await calls.why.run({ id, lang: reader.lang });
  return 'kind' in told ? askWhy(reader, 404) : whyPage(told, reader);
}

function listed({ blockList, tokens }: Routes, ip: string | undefined, reader: Reader): Page {
  if (ip === undefined || !isIPv4(ip)) return askAddress(reader, ip);
  return addressPage(ip, blockList.view(ip)[0], tokens.give(ip), reader);
}

async function removal(
  { blockList, tokens }: Routes,
  request: FastifyRequest,
  reader: Reader,
): Promise<Page> {
  const ip = wordOf(request.body, 'ip') ?? '';
  if (!isIPv4(ip)) return askAddress(reader, ip);
  if (!isOurForm(request, tokens, ip)) return badToken('listTitle', reader);
  return removalPage(ip, await blockList.remove(ip), reader);
}

async function postmaster(
  { calls }: Routes,
  sender: string | undefined,
  reader: Reader,
): Promise<Page> {
  const told = await calls.postmaster.run({ provider: 'bigmail', days: DAYS });
  const name = sender?.trim().toLowerCase().slice(0, 253);
  return postmasterPage('days' in told ? told.days : [], name, reader);
}
