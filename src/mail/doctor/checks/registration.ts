/** D4: since when the domain is registered and until when, as its registry says (RFC 9224, RFC 9083 §4.5). */
import type { Context } from '#mail/doctor/context';
import { above } from '#mail/doctor/domain-order';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { DAY, quoted } from '#mail/doctor/spoken-values';

const OLD_ENOUGH = 42 * DAY;
const SOON = 14 * DAY;

export async function registration(context: Context): Promise<Outcome<'D4'>> {
  const { domain, settings } = context;
  if (settings.rdap === '') return { finding: 'not-asked', values: {} };
  const { fetched: list, evidence: asked } = await fetchPage(
    context,
    settings.rdap,
    'application/json',
    (body) => `${body.length}`,
  );
  if (list.kind === 'failed') return unreachable(asked, list.cause);
  const registry = registryOf(list.body, domain);
  if (registry === undefined) return { finding: 'not-said', values: {} };
  // what is registered is the domain or a name above it
  let failure: Outcome<'D4'> | undefined;
  for (const name of [domain, ...above(domain)]) {
    const url = `${registry}domain/${name}`;
    const { fetched, evidence } = await fetchPage(
      context,
      url,
      'application/rdap+json',
      shownDates,
    );
    if (fetched.kind === 'fetched') return judge(context.now(), evidence, fetched.body);
    failure ??= unreachable(evidence, fetched.cause);
  }
  return failure!;
}

function unreachable(evidence: Evidence, cause: string): Outcome<'D4'> {
  const values = { what: evidence.asked, cause: quoted(cause) };
  return { finding: 'unreachable', values, evidence: [evidence] };
}

function shownDates(body: string): string {
  const { registered, expires } = readEvents(body);
  return [registered, expires]
    .map((at) => (at === undefined ? '?' : new Date(at).toISOString()))
    .join(' – ');
}

/** RFC 9224 §4: the base URL of the top-level domain, by HTTPS. */
function registryOf(body: string, domain: string): string | undefined {
  const top = domain.slice(domain.lastIndexOf('.') + 1);
  try {
    const { services } = JSON.parse(body) as { services?: unknown };
    if (!Array.isArray(services)) return undefined;
    for (const service of services as [unknown, unknown][]) {
      const [names, urls] = service;
      if (!Array.isArray(names) || !names.includes(top) || !Array.isArray(urls)) continue;
      const url: unknown = urls.find(
        (one) => typeof one === 'string' && one.startsWith('https://'),
      );
      if (typeof url === 'string') return url.endsWith('/') ? url : `${url}/`;
    }
  } catch {
    // no list of registries: nothing is known of this one
  }
  return undefined;
}

function judge(now: number, page: Evidence, body: string): Outcome<'D4'> {
  const { registered, expires } = readEvents(body);
  const evidence = [page];
  const left = expires === undefined ? undefined : expires - now;
  if (left !== undefined && left < SOON) {
    const days = String(Math.floor(left / DAY));
    return { finding: 'expiring', values: { days }, evidence, about: days };
  }
  if (registered === undefined) return { finding: 'not-said', values: {}, evidence };
  const age = now - registered;
  const days = String(Math.floor(age / DAY));
  return { finding: age < OLD_ENOUGH ? 'young' : 'old', values: { days }, evidence };
}

interface Dates {
  registered?: number;
  expires?: number;
}

const ACTIONS: Readonly<Record<string, keyof Dates>> = {
  registration: 'registered',
  expiration: 'expires',
};

function readEvents(body: string): Dates {
  const dates: Dates = {};
  try {
    const { events } = JSON.parse(body) as { events?: unknown };
    if (!Array.isArray(events)) return dates;
    for (const { eventAction, eventDate } of events as {
      eventAction?: unknown;
      eventDate?: unknown;
    }[]) {
      const which = typeof eventAction === 'string' ? ACTIONS[eventAction] : undefined;
      const at = typeof eventDate === 'string' ? Date.parse(eventDate) : Number.NaN;
      if (which !== undefined && Number.isFinite(at)) dates[which] = at;
    }
  } catch {
    // whatever it is, it says no dates
  }
  return dates;
}
