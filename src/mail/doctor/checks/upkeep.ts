/** H6 to H8: backups, secrets, versions. */
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { Outcome } from '#mail/doctor/outcome';
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
  const { nodeReleases: url } = context.settings;
  if (url === '') return { finding: 'not-asked', values: { hikyaku, node } };
  const { fetched, evidence: page } = await fetchPage(context, url, 'application/json', (body) => {
    const list = readReleases(body);
    return list === undefined ? 'no list of releases' : `${list.length} releases`;
  });
  const cause = fetched.kind === 'failed' ? fetched.cause : 'no list of releases';
  const releases = fetched.kind === 'fetched' ? readReleases(fetched.body) : undefined;
  const evidence = [page];
  if (releases === undefined)
    return { finding: 'unreachable', values: { what: url, cause: quoted(cause) }, evidence };
  const ours = numbersOf(node);
  const newer = releases.filter(
    ({ version }) => version[0] === ours[0] && compare(version, ours) > 0,
  );
  const newest = newer.toSorted((a, b) => compare(b.version, a.version))[0];
  if (newest === undefined) return { finding: 'current', values: { hikyaku, node }, evidence };
  const values = { node, newest: newest.version.join('.') };
  const finding = newer.some(({ security }) => security) ? 'insecure' : 'behind';
  return { finding, values, evidence, about: values.newest };
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
