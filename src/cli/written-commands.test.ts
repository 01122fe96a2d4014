/** Commands in texts of the practice Internet, on the pages of its lessons and on all other pages are looked up where the command line is made. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { Command } from 'commander';
import { knownCommands } from './known-commands.ts';
import { NOUNS } from './nouns.ts';

const ROOT = path.join(import.meta.dirname, '../..');

let nouns: ReadonlyMap<string, Command>;
before(async () => {
  const made = Object.entries(NOUNS).map(async ([name, { load }]) => {
    const noun = new Command(name);
    (await load())(noun, () => {}, knownCommands);
    return [name, noun] as const;
  });
  nouns = new Map(await Promise.all(made));
});

/** What is wrong with a line; undefined: it is one of the command line. @param whole nothing but the command stands there */
function wrongIn(line: string, whole: boolean): string | undefined {
  const words = (line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []).map((word) =>
    word.replaceAll(/^["']|["'.,:;)]+$/g, ''),
  );
  const noun = nouns.get(words.shift() ?? '');
  if (noun === undefined) return 'no such noun';
  let command = noun;
  const below = (): Command | undefined => command.commands.find((one) => one.name() === words[0]);
  for (let verb = below(); verb !== undefined; verb = below()) {
    command = verb;
    words.shift();
  }
  if (command.commands.length > 0)
    return words.length > 0 && /^[a-z][a-z-]*$/.test(words[0]!) ? 'no such verb' : undefined;
  const given: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const [name, value] = words[at]!.split('=', 2);
    if (!/^--?[a-z]/.test(name!)) given.push(words[at]!);
    else {
      const option = command.options.find(({ long, short }) => long === name || short === name);
      if (option === undefined && name !== '--help') return `no such option: ${name}`;
      if (option?.required && value === undefined) at++;
      while (option?.variadic && words[at + 1]?.startsWith('-') === false) at++;
    }
  }
  if (!whole) return undefined;
  const wanted = command.registeredArguments;
  const fewest = wanted.filter(({ required }) => required).length;
  if (given.length < fewest) return 'an argument is missing';
  const many = wanted.some(({ variadic }) => variadic) ? Infinity : wanted.length;
  return given.length > many ? 'too many arguments' : undefined;
}

interface Found {
  readonly line: string;
  readonly whole: boolean;
}

async function wrongOnes(
  pattern: string,
  find: (text: string) => Iterable<Found>,
): Promise<{ readonly count: number; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  let count = 0;
  for await (const file of glob(pattern, { cwd: ROOT }))
    for (const { line, whole } of find(await readFile(path.join(ROOT, file), 'utf8'))) {
      count++;
      const why = wrongIn(line, whole);
      if (why !== undefined) wrong.push(`${file}: hikyaku ${line}: ${why}`);
    }
  return { count, wrong };
}

/** In strings: within « » nothing but the command stands; elsewhere prose follows. */
function* inTexts(source: string): Iterable<Found> {
  for (const line of source.split('\n')) {
    if (/^\s*(?:\/?\*|\/\/)/.test(line)) continue;
    for (const [, text] of line.matchAll(/«(?:bin\/)?hikyaku ([^»]+)»/g))
      yield { line: text!.replaceAll(/\$\{[^}]*\}/g, 'X'), whole: true };
    for (const [, text] of line.matchAll(/(?<![«\w@/-])hikyaku ([a-z][^«»`'"(|]*)/g))
      yield { line: text!.replaceAll(/\$\{[^}]*\}/g, 'X'), whole: false };
  }
}

/** In blocks of a shell each line, and in prose what is set as code. */
function* onPages(page: string): Iterable<Found> {
  for (const [, block] of page.matchAll(/^```sh\n(.*?)^```/gms))
    for (const text of block!.replaceAll('\\\n', ' ').split('\n')) {
      const command = /^(?:bin\/)?hikyaku ((?=[a-z])(?:"[^"]*"|'[^']*'|[^|#>"'])+)/.exec(
        text.trim(),
      )?.[1];
      if (command !== undefined) yield { line: command, whole: true };
    }
  const prose = page.replaceAll(/^```.*?^```/gms, '');
  for (const [, text] of prose.matchAll(/`(?:bin\/)?hikyaku ([a-z][^`|>]+)`/g))
    yield { line: text!, whole: false };
}

test('every command that a text of the practice Internet names is there', async () => {
  const { count, wrong } = await wrongOnes('src/lab/**/!(*.test).ts', inTexts);
  assert.deepEqual(wrong, []);
  assert.ok(count > 50, `${count} commands`);
});

test('every command on the pages of the lessons is there, with its arguments and options', async () => {
  const { count, wrong } = await wrongOnes('docs/lessons/{en,ja}/*.md', onPages);
  assert.deepEqual(wrong, []);
  assert.ok(count > 500, `${count} commands`);
});

test('every command on the other pages is there, with its arguments and options', async () => {
  const { count, wrong } = await wrongOnes('{README*,docs/*,docs/lessons/*}.md', onPages);
  assert.deepEqual(wrong, []);
  assert.ok(count > 300, `${count} commands`);
});
