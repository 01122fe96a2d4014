/** H6 to H8: backups, secrets, versions. */
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { DAY, listed, quoted, shellWord, spokenAge } from '#mail/doctor/spoken-values';

const BACKUP = { fine: DAY, bearable: 7 * DAY, tested: 30 * DAY };

export function backup({ server, now }: ServerContext): Outcome<'H6'> {
  const { backup: last, folder = '', restoreTest } = server.backups;
  if (last === undefined) return { finding: 'none', values: {} };
  const since = now() - last;
  const age = spokenAge(since);
  if (since > BACKUP.bearable) return { finding: 'old', values: { age } };
  if (since > BACKUP.fine) return { finding: 'aging', values: { age } };
  if (restoreTest === undefined || now() - restoreTest > BACKUP.tested)
    return { finding: 'untested', values: { folder: shellWord(folder) } };
  return { finding: 'recent', values: { age, tested: spokenAge(now() - restoreTest) } };
}

/** Any bit for the group or for others, of what only the owner may read. */
const FOR_OTHERS = 0o077;

export async function secrets({ host, server, settings }: Context): Promise<Outcome<'H7'>> {
  const open = settings.mode === 'serve' ? (server?.developmentAccounts ?? []) : [];
  if (open.length > 0)
    return {
      finding: 'development-accounts',
      values: { accounts: listed(open) },
      about: listed(open),
    };
  const files = await host.secretFiles();
  const evidence = files.map(({ path, mode }) => ({
    asked: `stat ${path}`,
    by: '',
    answer: mode.toString(8).padStart(4, '0'),
  }));
  const readable = listed(files.filter(({ mode }) => mode & FOR_OTHERS).map(({ path }) => path));
  if (readable !== '')
    return { finding: 'readable', values: { files: readable }, evidence, about: readable };
  const foreign = listed(files.filter(({ isForeign }) => isForeign).map(({ path }) => path));
  if (foreign !== '')
    return { finding: 'foreign-owner', values: { files: foreign }, evidence, about: foreign };
  const names = listed(host.secretsInEnvironment);
  return names === ''
    ? { finding: 'safe', values: {}, evidence }
    : { finding: 'in-environment', values: { names }, evidence, about: names };
}

interface Release {
  readonly version: readonly number[];
  readonly security: boolean;
}

export async function versions(context: Context): Promise<Outcome<'H8'>> {
  const { nodeVersion: node, version: hikyaku } = context.host;
  const { nodeReleases, releases } = context.settings;
  if (nodeReleases === '' && releases === '')
    return { finding: 'not-asked', values: { hikyaku, node } };
  const evidence: Evidence[] = [];
  const outcomes: Outcome<'H8'>[] = [];
  for (const { url, version, of } of [
    { url: releases, version: hikyaku, of: 'own' },
    { url: nodeReleases, version: node, of: 'node' },
  ] as const) {
    if (url === '') continue;
    const { list, cause, page } = await releasesAt(context, url);
    evidence.push(page);
    if (list === undefined) {
      outcomes.push({ finding: 'unreachable', values: { what: url, cause: quoted(cause) } });
      continue;
    }
    const newer = newerThan(version, list, of === 'node');
    const newest = newer[0]?.version.join('.');
    if (newest === undefined) continue;
    const isInsecure = newer.some(({ security }) => security);
    if (of === 'own') {
      const finding = isInsecure ? 'own-insecure' : 'own-behind';
      outcomes.push({ finding, values: { hikyaku, newest }, about: newest });
    } else {
      const finding = isInsecure ? 'insecure' : 'behind';
      outcomes.push({ finding, values: { node, newest }, about: newest });
    }
  }
  const worst = outcomes.toSorted((a, b) => graveness(a) - graveness(b))[0];
  return { ...(worst ?? { finding: 'current', values: { hikyaku, node } }), evidence };
}

/** What is told where both lists have something to say. */
const GRAVEST: readonly string[] = ['own-insecure', 'insecure', 'own-behind', 'behind'];

function graveness({ finding }: Outcome<'H8'>): number {
  const at = GRAVEST.indexOf(finding);
  return at < 0 ? GRAVEST.length : at;
}

async function releasesAt(
  context: Context,
  url: string,
): Promise<{ list: readonly Release[] | undefined; cause: string; page: Evidence }> {
  const { fetched, evidence: page } = await fetchPage(context, url, 'application/json', (body) => {
    const list = readReleases(body);
    return list === undefined ? 'no list of releases' : `${list.length} releases`;
  });
  if (fetched.kind === 'failed') return { list: undefined, cause: fetched.cause, page };
  return { list: readReleases(fetched.body), cause: 'no list of releases', page };
}

/** @param sameLine only of the same major version @returns the newest first */
function newerThan(
  version: string,
  releases: readonly Release[],
  sameLine: boolean,
): readonly Release[] {
  const ours = numbersOf(version);
  return releases
    .filter((one) => !sameLine || one.version[0] === ours[0])
    .filter((one) => compare(one.version, ours) > 0)
    .toSorted((a, b) => compare(b.version, a.version));
}

/** The list of nodejs.org: undefined where it is anything else. */
function readReleases(body: string): readonly Release[] | undefined {
  try {
    const list: unknown = JSON.parse(body);
    if (!Array.isArray(list)) return undefined;
    return list.flatMap((one: { version?: unknown; security?: unknown }) =>
      typeof one?.version === 'string'
        ? [{ version: numbersOf(one.version), security: one.security === true }]
        : [],
    );
  } catch {
    return undefined;
  }
}

function numbersOf(version: string): number[] {
  return version.replace(/^v/, '').split('.', 3).map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((part, at) => part - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
