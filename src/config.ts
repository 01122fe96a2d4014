/**
 * The configuration of a process, read once: flag over environment over `hikyaku.toml` over default. What is unknown or malformed
 * refuses to start and names the key. Domains, accounts, keys and policies are not here: they live in the database.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { nearestWord } from '#protocol/nearest-word';
import {
  envName,
  FIELDS,
  KEYS,
  type Field,
  type Key,
  type Mode,
  type ValueOf,
} from './config/fields.ts';

export type { Mode } from './config/fields.ts';

/** Where a value came from; `config show --origin` tells. */
export type Origin =
  | { readonly kind: 'flag' }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'default' };

export type Config = { readonly [K in Key]: ValueOf<K> };

export interface ConfigProblem {
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;
}

export type Configured =
  | {
      readonly kind: 'config';
      readonly config: Config;
      readonly origins: Readonly<Record<Key, Origin>>;
    }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

export interface Sources {
  readonly mode: Mode;
  /** key=value as given to `--set`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of `hikyaku.toml`; undefined: the one in the working directory, if there is one. */
  readonly file: string | undefined;
}

const DEFAULT_FILE = 'hikyaku.toml';
/** Names of the environment that are not settings. */
const NOT_SETTINGS = new Set(['HIKYAKU_NODE', 'HIKYAKU_CALLED', 'HIKYAKU_PEERS', 'HIKYAKU_CONFIG']);

export function loadConfig(sources: Sources): Configured {
  const problems: ConfigProblem[] = [];
  const given = new Map<Key, { value: unknown; origin: Origin }>();
  readFile(sources, given, problems);
  readEnvironment(sources.environment, given, problems);
  for (const [key, value] of Object.entries(sources.flags)) {
    if (isKey(key)) given.set(key, { value, origin: { kind: 'flag' } });
    else problems.push(unknownKey(key, KEYS));
  }
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const key of KEYS) {
    const field = FIELDS[key] as Field<unknown>;
    const { value, origin } = given.get(key) ?? {
      value: field.defaults[sources.mode],
      origin: { kind: 'default' } as const,
    };
    if (value === undefined) {
      problems.push({
        key,
        problem: 'is not set',
        remedy: `Set ${envName(key)} or ${key} in ${DEFAULT_FILE}. ${field.doc}`,
      });
      continue;
    }
    const parsed = field.schema.safeParse(value);
    if (parsed.success) {
      values[key] = parsed.data;
      origins[key] = origin;
    } else {
      const shown = field.secret ? 'its value' : JSON.stringify(value);
      problems.push({
        key,
        problem: `${shown} from ${originText(origin)}: ${parsed.error.issues[0]!.message}`,
        remedy: field.doc,
      });
    }
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'config', config: values as Config, origins: origins as Record<Key, Origin> };
}

/** One failure that names every key that is wrong. @param problems at least one */
export function wrongConfig(problems: readonly ConfigProblem[]): {
  readonly message: string;
  readonly remedy: string;
} {
  const [first, ...others] = problems;
  return {
    message: `the configuration is wrong: ${first!.key} ${first!.problem}`,
    remedy: [
      first!.remedy,
      ...others.map(({ key, problem, remedy }) => `${key} ${problem}\n  ${remedy}`),
    ].join('\n'),
  };
}

export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'flag':
      return 'flag';
    case 'environment':
      return origin.name;
    case 'file':
      return origin.path;
    case 'default':
      return 'default';
  }
}

type Given = Map<Key, { value: unknown; origin: Origin }>;

function readFile(sources: Sources, given: Given, problems: ConfigProblem[]): void {
  const file = sources.file ?? sources.environment['HIKYAKU_CONFIG'] ?? DEFAULT_FILE;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && file === DEFAULT_FILE) return;
    problems.push({
      key: file,
      problem: (error as Error).message,
      remedy: 'Name a readable file.',
    });
    return;
  }
  try {
    for (const [key, value] of flatten(parseToml(text), '')) {
      if (isKey(key)) {
        const origin = { kind: 'file', path: file } as const;
        given.set(key, { value: fromWhereItLies(file, key, value), origin });
      } else problems.push(unknownKey(key, KEYS));
    }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    problems.push({
      key: file,
      problem: `line ${error.line}: ${error.message.split('\n')[0]}`,
      remedy: 'Write it as TOML.',
    });
  }
}

/** Whoever reads a file of settings from elsewhere means the same files and folders by it. */
function fromWhereItLies(file: string, key: Key, value: unknown): unknown {
  const { isPath } = FIELDS[key] as Field<unknown>;
  if (isPath !== true || typeof value !== 'string' || value === '') return value;
  return path.isAbsolute(value) ? value : path.join(path.dirname(file), value);
}

/** `{ smtp: { port: 25 } }` is `smtp.port`. */
function flatten(table: object, prefix: string): [string, unknown][] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flatten(value, `${prefix}${name}.`)
      : [[prefix + name, value] as [string, unknown]],
  );
}

function readEnvironment(
  environment: Sources['environment'],
  given: Given,
  problems: ConfigProblem[],
): void {
  const keys = new Map(KEYS.map((key) => [envName(key), key]));
  const names = [...keys.keys()];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || NOT_SETTINGS.has(name) || name.startsWith('HIKYAKU_TEST_')) continue;
    const origin: Origin = { kind: 'environment', name };
    const key = keys.get(name);
    const fileKey = name.endsWith('_FILE') ? keys.get(name.slice(0, -'_FILE'.length)) : undefined;
    if (key) given.set(key, { value, origin });
    else if (fileKey && (FIELDS[fileKey] as Field<unknown>).secret) {
      const twin = envName(fileKey);
      if (environment[twin] !== undefined) {
        problems.push({
          key: name,
          problem: `is set, and ${twin} too`,
          remedy: 'Set one of the two.',
        });
        continue;
      }
      const secret = readSecret(value, name, problems);
      if (secret !== undefined) given.set(fileKey, { value: secret, origin });
    } else if (name.startsWith('HIKYAKU_')) problems.push(unknownKey(name, names));
  }
}

function readSecret(path: string, name: string, problems: ConfigProblem[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    problems.push({
      key: name,
      problem: (error as Error).message,
      remedy: 'Name a readable file that holds the secret.',
    });
    return undefined;
  }
}

function isKey(key: string): key is Key {
  return Object.hasOwn(FIELDS, key);
}

function unknownKey(key: string, known: readonly string[]): ConfigProblem {
  const near = nearestWord(key, known);
  return {
    key,
    problem: 'is not a setting',
    remedy:
      near === undefined ? 'hikyaku config show lists all settings.' : `Did you mean ${near}?`,
  };
}
