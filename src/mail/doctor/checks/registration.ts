/** D4: since when the domain is registered and until when, as its registry says (RFC 9224, RFC 9083 §4.5). */
import type { Context } from '#mail/doctor/context';
import { above } from '#mail/doctor/domain-order';
import type { Outcome } from '#mail/doctor/outcome';
import { DAY, quoted } from '#mail/doctor/spoken-values';

const OLD_ENOUGH = 42 * DAY;
const SOON = 14 * DAY;

export async function registration(context: Context): Promise<Outcome<'D4'>> {
  const { domain, settings } = context;
  if (settings.rdap === '') return { finding: 'not-asked', values: {} };
  const list = await context.fetch(settings.rdap, 'application/json', context.signal);
  if (list.kind === 'failed') return unreachable(settings.rdap, list.cause);
  const registry = registryOf(list.body, domain);
  if (registry === undefined) return { finding: 'not-said', values: {} };
  // what is registered is the domain or a name above it
  let failure: Outcome<'D4'> | undefined;
  for (const name of [domain, ...above(domain)]) {
    const url = `${registry}domain/${name}`;
    const fetched = await context.fetch(url, 'application/rdap+json', context.signal);
    if (fetched.kind === 'fetched') return judge(context.now(), url, fetched.body);
    failure ??= unreachable(url, fetched.cause);
  }
  return failure!;
}

function unreachable(what: string, cause: string): Outcome<'D4'> {
  const evidence = [{ asked: what, by: '', answer: quoted(cause) }];
  return { finding: 'unreachable', values: { what, cause: quoted(cause) }, evidence };
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

function judge(now: number, url: string, body: string): Outcome<'D4'> {
  const { registered, expires } = readEvents(body);
  const shown = [registered, expires].map((at) =>
    at === undefined ? '?' : new Date(at).toISOString(),
  );
  const evidence = [{ asked: url, by: '', answer: shown.join(' – ') }];
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
