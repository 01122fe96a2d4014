/** `hikyaku lab dns`: the zones of the learner at their hosting company, and what the resolver of the practice Internet remembers. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CachedRow } from '#lab/dns/cache-list';
import type { ListedZone } from '#lab/dns/panel';
import type { AskedQuestion } from '#lab/dns/questions';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { addFaultVerbs } from './dns-faults.ts';
import { makeChange, type ChangeOptions, type ToldChange } from './changed.ts';
import { addLanguage } from '#cli/language';
import { printDone, printJson, printRows, printText, timeColumn } from '#cli/terminal/output';
import { addVerb, wholeNumber, type CommonOptions } from '#cli/verb';

interface SetOptions extends ChangeOptions {
  readonly ttl?: number;
}

interface ImportOptions extends ChangeOptions {
  readonly whole?: true;
}

export function addDnsVerbs(lab: Command): void {
  const noun = lab
    .command('dns')
    .description('the zones of your domains at the hosting company, and the resolver of everybody');
  addZoneVerbs(noun);
  addSigningVerbs(noun);
  addResolverVerbs(noun);
  addFaultVerbs(noun);
}

function addZoneVerbs(noun: Command): void {
  addVerb(
    noun,
    'list <zone>',
    'show the records of a zone',
    'hikyaku lab dns list example.test',
  ).action(async (zone: string, options: CommonOptions) => {
    const listed = await callAdded<ListedZone>(options, 'lab/dns-list', { zone });
    const rows = listed.records.flatMap(({ values, ...record }) =>
      values.map((value) => ({ ...record, value })),
    );
    await printRows(
      rows,
      [
        { title: 'NAME', value: (row) => row.name },
        { title: 'TTL', value: (row) => row.ttl, align: 'right' },
        { title: 'TYPE', value: (row) => row.type },
        { title: 'DATA', value: (row) => row.value, shrinks: true },
      ],
      options,
      'The zone has no records but those that every zone has.',
    );
  });

  addLanguage(
    addVerb(
      noun,
      'set <zone> <name> <type> <data...>',
      'put these records in the place of all that have the name and type',
      'hikyaku lab dns set example.test @ MX "10 mail.example.test."',
      'hikyaku lab dns set example.test www.example.test A 127.20.25.25 --ttl 300',
    ),
  )
    .option('--ttl <seconds>', 'how long caches may keep it', wholeNumber('--ttl', 0, 604_800))
    .action(
      async (zone: string, name: string, type: string, values: string[], options: SetOptions) => {
        const record = { zone, name, type, values, ...ttlOf(options) };
        await makeChange(options, 'lab/dns-set', record);
      },
    );

  addLanguage(
    addVerb(
      noun,
      'add <zone> <name> <type> <data>',
      'put one record beside those that are there',
      'hikyaku lab dns add example.test @ TXT "v=spf1 mx ~all"',
    ),
  )
    .option('--ttl <seconds>', 'how long caches may keep it', wholeNumber('--ttl', 0, 604_800))
    .action(
      async (zone: string, name: string, type: string, value: string, options: SetOptions) => {
        const record = { zone, name, type, value, ...ttlOf(options) };
        await makeChange(options, 'lab/dns-add', record);
      },
    );

  addLanguage(
    addVerb(
      noun,
      'remove <zone> <name> <type> [data]',
      'take one record away, or all of the name and type',
      'hikyaku lab dns remove example.test @ TXT',
    ),
  ).action(
    async (
      zone: string,
      name: string,
      type: string,
      value: string | undefined,
      options: ChangeOptions,
    ) => {
      const record = { zone, name, type, ...(value !== undefined && { value }) };
      await makeChange(options, 'lab/dns-remove', record);
    },
  );

  addLanguage(
    addVerb(
      noun,
      'import <zone> <file>',
      'take the records of a zone file, - is standard input',
      'hikyaku lab dns import example.test zone.txt',
      'hikyaku domain dns example.test --format zone | hikyaku lab dns import example.test -',
    ),
  )
    .option('--whole', 'the file is the whole zone: what it does not have goes')
    .action(async (zone: string, file: string, options: ImportOptions) => {
      const text = await readText(file);
      const whole = options.whole === true;
      await makeChange(options, 'lab/dns-import', { zone, text, whole });
    });
}

function addSigningVerbs(noun: Command): void {
  for (const [verb, summary] of [
    ['sign', 'sign a zone (DNSSEC); hand the DS record that it prints to the registrar'],
    ['unsign', 'take the signatures away; take the DS record from the registrar first'],
    ['roll-key', 'put a second key beside the first'],
  ] as const) {
    addLanguage(
      addVerb(noun, `${verb} <zone>`, summary, `hikyaku lab dns ${verb} example.test`),
    ).action(async (zone: string, options: ChangeOptions) => {
      const done = await makeChange<ToldChange & { keys?: ListedZone['keys'] }>(
        options,
        `lab/dns-${verb}`,
        { zone },
      );
      if (options.json !== true) for (const { ds } of done.keys ?? []) printText(`DS  ${ds}`);
    });
  }
  addLanguage(
    addVerb(
      noun,
      'retire-key <zone> <key-tag>',
      'end a key, once no DS record names it any more',
      'hikyaku lab dns retire-key example.test 12345',
    ),
  ).action(async (zone: string, tag: string, options: ChangeOptions) => {
    const keyTag = wholeNumber('the key tag', 0, 65_535)(tag);
    await makeChange(options, 'lab/dns-retire-key', { zone, keyTag });
  });
}

function addResolverVerbs(noun: Command): void {
  addVerb(
    noun,
    'cache [name]',
    'show what the resolver remembers, and for how long; of one name, what its name servers say now too',
    'hikyaku lab dns cache',
    'hikyaku lab dns cache example.test',
  ).action(async (name: string | undefined, options: CommonOptions) => {
    const { entries, now = [] } = await callAdded<{ entries: CachedRow[]; now?: CachedRow[] }>(
      options,
      'lab/dns-cache',
      name === undefined ? {} : { name },
    );
    const rows = [
      ...entries.map((row) => Object.assign({ by: 'cache' }, row)),
      ...now.map((row) => Object.assign({ by: 'authority' }, row)),
    ];
    await printRows(
      rows,
      [
        ...(name === undefined ? [] : [{ title: 'BY', value: (row: { by: string }) => row.by }]),
        { title: 'NAME', value: (row) => (row.name === '' ? '.' : row.name) },
        { title: 'TYPE', value: (row) => row.type },
        { title: 'LEFT', value: (row) => `${row.ttlLeft} s`, align: 'right' },
        { title: 'WHAT', value: (row) => row.kind },
        { title: 'SIGNED', value: (row) => (row.secure ? 'yes' : 'no') },
        { title: 'DATA', value: (row) => row.values.join(', '), shrinks: true },
      ],
      options,
      'The resolver remembers nothing.',
    );
  });

  addVerb(
    noun,
    'flush [name]',
    'let the resolver forget a name and what is below it, or everything',
    'hikyaku lab dns flush example.test',
  ).action(async (name: string | undefined, options: CommonOptions) => {
    const done = await callAdded<{ forgotten: number }>(options, 'lab/dns-flush', {
      ...(name !== undefined && { name }),
    });
    printDone(options, done, `${done.forgotten} answers are forgotten.`);
  });

  addVerb(
    noun,
    'questions',
    'show who asked whom what',
    'hikyaku lab dns questions',
    'hikyaku lab dns questions --json | jq .name',
  ).action(async (options: CommonOptions) => {
    const { questions } = await callAdded<{ questions: AskedQuestion[] }>(
      options,
      'lab/dns-questions',
      {},
    );
    await printRows(
      questions.slice(options.json === true ? 0 : -SHOWN),
      [
        timeColumn('AT', (row) => new Date(row.at).toISOString()),
        { title: 'FROM', value: (row) => row.from },
        { title: 'TO', value: (row) => row.to },
        { title: 'NAME', value: (row) => row.name, shrinks: true },
        { title: 'TYPE', value: (row) => row.type },
        { title: 'ANSWER', value: (row) => `${row.result} ${row.answer}`, shrinks: true },
      ],
      options,
      'Nothing was asked.',
    );
  });

  addVerb(
    noun,
    'resolver',
    'say where the resolver listens, and what outside programs have to trust',
    'hikyaku lab dns resolver',
  ).action(async (options: CommonOptions) => {
    const place = await callAdded<{ address: string; port: number; trustAnchor: { ds: string } }>(
      options,
      'lab/dns-resolver',
      {},
    );
    if (options.json === true) return printJson(place);
    printText(`dig @${place.address} -p ${place.port} MX bigmail.test`);
    printText(`The root is signed by the key with the DS record ${place.trustAnchor.ds}`);
  });
}

/** For people; programs get all. */
const SHOWN = 40;

function ttlOf({ ttl }: SetOptions): { readonly ttl?: number } {
  return ttl === undefined ? {} : { ttl };
}

async function readText(file: string): Promise<string> {
  if (file === '-') {
    let text = '';
    for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
    return text;
  }
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(
      `${file} cannot be read: ${(error as Error).message}`,
      'Name a zone file, or - for standard input.',
    );
  }
}
