import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { loadConfig, originText, type Config, type ConfigProblem, type Sources } from './config.ts';
import { envName, FIELDS, KEYS, type Field, type Key } from './config/fields.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'hikyaku-config-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;

function fileWith(text: string): string {
  const file = path.join(folder, `${files++}.toml`);
  writeFileSync(file, text);
  return file;
}

/** In dev, without a file unless one is given. */
function load(sources: Partial<Sources>) {
  const file = sources.file ?? fileWith('');
  return loadConfig({ mode: 'dev', flags: {}, environment: {}, ...sources, file });
}

function right(sources: Partial<Sources>): Config {
  const configured = load(sources);
  assert.ok(configured.kind === 'config', JSON.stringify(sources));
  return configured.config;
}

function wrong(sources: Partial<Sources>): readonly ConfigProblem[] {
  const configured = load(sources);
  assert.ok(configured.kind === 'invalid', JSON.stringify(sources));
  return configured.problems;
}

test('a flag wins over the environment, that over the file, that over the default', () => {
  const file = fileWith('[smtp]\nport = 2001\n');
  const environment = { HIKYAKU_SMTP_PORT: '2002' };
  const flags = { 'smtp.port': '2003' };
  const layers: [Partial<Sources>, number, string][] = [
    [{}, 2525, 'default'],
    [{ file }, 2001, file],
    [{ file, environment }, 2002, 'HIKYAKU_SMTP_PORT'],
    [{ file, environment, flags }, 2003, 'flag'],
    [{ flags }, 2003, 'flag'],
  ];
  for (const [sources, port, origin] of layers) {
    const configured = load(sources);
    assert.ok(configured.kind === 'config');
    assert.equal(configured.config['smtp.port'], port);
    assert.equal(originText(configured.origins['smtp.port']), origin);
  }
});

test('a relative path in the file starts where the file lies, elsewhere where the program runs', () => {
  const file = fileWith(
    'data_dir = "./data"\n[tls]\ncertificate = "../own.crt"\nkey = "/etc/own.key"\n[backup]\nfolder = ""\n',
  );
  const read = right({ file });
  assert.equal(read.data_dir, path.join(folder, 'data'));
  assert.equal(read['tls.certificate'], path.join(path.dirname(folder), 'own.crt'));
  assert.equal(read['tls.key'], '/etc/own.key');
  assert.equal(read['backup.folder'], '');
  const environment = { HIKYAKU_DATA_DIR: 'here' };
  assert.equal(right({ file, environment }).data_dir, 'here');
  assert.equal(right({ file, environment, flags: { data_dir: 'there' } }).data_dir, 'there');
  assert.equal(right({}).data_dir, './data');
});

test('the file is named by an argument over HIKYAKU_CONFIG over ./hikyaku.toml, and a named one must be there', () => {
  const [first, second] = [fileWith('lang = "ja"'), fileWith('lang = "en"')];
  const environment = { HIKYAKU_CONFIG: first };
  assert.equal(right({ file: second, environment }).lang, 'en');
  const byEnvironment = loadConfig({ mode: 'dev', flags: {}, environment, file: undefined });
  assert.ok(byEnvironment.kind === 'config');
  assert.equal(byEnvironment.config.lang, 'ja');
  const absent = path.join(folder, 'absent.toml');
  const [problem] = wrong({ file: absent });
  assert.equal(problem!.key, absent);
  assert.match(problem!.problem, /ENOENT/);
  const nowhere = loadConfig({ mode: 'dev', flags: {}, environment: {}, file: undefined });
  assert.equal(nowhere.kind, 'config');
});

test('every default is right, and serve wants nothing but the name of the host', () => {
  right({});
  right({ mode: 'serve', flags: { hostname: 'mail.example.com' } });
  assert.deepEqual(
    wrong({ mode: 'serve' }).map(({ key }) => key),
    ['hostname'],
  );
  assert.match(wrong({ mode: 'serve' })[0]!.remedy, /^Set HIKYAKU_HOSTNAME or hostname in /);
});

test('what is no setting is refused wherever it stands, with the nearest that is one', () => {
  const cases: [Partial<Sources>, string, string][] = [
    [{ file: fileWith('[smtp]\nprot = 1') }, 'smtp.prot', 'smtp.port'],
    [{ environment: { HIKYAKU_SMTP_PROT: '1' } }, 'HIKYAKU_SMTP_PROT', 'HIKYAKU_SMTP_PORT'],
    [{ flags: { hostnam: 'x.test' } }, 'hostnam', 'hostname'],
    [{ flags: { toString: '1' } }, 'toString', ''],
    [{ file: fileWith('smtp = 1') }, 'smtp', ''],
    // only a secret has its twin
    [{ environment: { HIKYAKU_LANG_FILE: '/x' } }, 'HIKYAKU_LANG_FILE', ''],
  ];
  for (const [sources, key, meant] of cases) {
    const [problem, ...others] = wrong(sources);
    assert.deepEqual([problem!.key, problem!.problem, others], [key, 'is not a setting', []]);
    if (meant !== '') assert.equal(problem!.remedy, `Did you mean ${meant}?`);
  }
});

test('a file that is no TOML is refused with the line', () => {
  const file = fileWith('lang = "ja"\nport 25\n');
  const [problem] = wrong({ file });
  assert.equal(problem!.key, file);
  assert.match(problem!.problem, /^line 2: /);
});

test('all that is wrong is told at once, each by its key and where it came from', () => {
  const problems = wrong({
    flags: { 'smtp.port': 'ssh' },
    environment: { HIKYAKU_LANG: 'fr' },
    file: fileWith('log_level = "loud"'),
  });
  assert.deepEqual(problems.map(({ key }) => key).sort(), ['lang', 'log_level', 'smtp.port']);
  const lang = problems.find(({ key }) => key === 'lang')!;
  assert.match(lang.problem, /^"fr" from HIKYAKU_LANG: /);
});

test('a secret may lie in a file, whose last line end is no part of it; its text is in no message', () => {
  const file = fileWith('correct horse\n');
  const environment = { HIKYAKU_DEV_PASSWORD_FILE: file };
  assert.equal(right({ environment }).dev_password, 'correct horse');
  const url = fileWith('mysql://root:secret@db/mail\n');
  const [problem] = wrong({ environment: { DATABASE_URL_FILE: url } });
  assert.equal(problem!.key, 'database_url');
  assert.match(problem!.problem, /^its value from DATABASE_URL_FILE: /);
  assert.doesNotMatch(JSON.stringify(problem), /secret/);
  const absent = { HIKYAKU_DEV_PASSWORD_FILE: path.join(folder, 'absent') };
  assert.deepEqual(
    wrong({ environment: absent }).map(({ key }) => key),
    ['HIKYAKU_DEV_PASSWORD_FILE'],
  );
});

test('a secret that is given twice is refused, since one of the two is not meant', () => {
  const environment = {
    HIKYAKU_DEV_PASSWORD: 'one of two',
    HIKYAKU_DEV_PASSWORD_FILE: fileWith('another'),
  };
  for (const order of [Object.entries(environment), Object.entries(environment).toReversed()]) {
    assert.deepEqual(
      wrong({ environment: Object.fromEntries(order) }).map(({ key }) => key),
      ['HIKYAKU_DEV_PASSWORD_FILE'],
    );
  }
});

test('names of the environment that belong to others are left alone', () => {
  const environment = { PATH: '/bin', HIKYAKU_TEST_RUN: 'x', HIKYAKU_PEERS: 'required' };
  right({ environment });
});

/** Each accepted text with what it means, and texts that are refused. */
const VALUES: readonly {
  key: Key;
  accepted: readonly (readonly [unknown, unknown])[];
  refused: readonly unknown[];
}[] = [
  {
    key: 'queue.first_retry',
    accepted: [
      ['90s', 90_000],
      ['15m', 900_000],
      ['1.5h', 5_400_000],
      ['5d', 432_000_000],
      ['250ms', 250],
      [' 2 H '.replaceAll(' ', ''), 7_200_000],
      ['1000', 1000],
      [1000, 1000],
    ],
    refused: ['', '5 w', '-1s', '0', 'soon', '1h30m', Infinity, true],
  },
  {
    key: 'limits.message_size',
    accepted: [
      ['500K', 512_000],
      ['25M', 26_214_400],
      ['1g', 1_073_741_824],
      ['25MB', 26_214_400],
      ['1024', 1024],
      [1024, 1024],
    ],
    refused: ['', '1T', '-5', '0', '1.5M', 'big', 1.5],
  },
  {
    key: 'smtp.port',
    accepted: [
      ['0', 0],
      ['65535', 65_535],
      [25, 25],
    ],
    refused: ['65536', '-1', 'ssh', '25.5', '', true, null, []],
  },
  {
    key: 'limits.recipients',
    accepted: [['100', 100]],
    refused: ['0', '-1', '1.5', '', 'many', true],
  },
  {
    key: 'submission.hide_author_address',
    accepted: [
      ['yes', true],
      ['ON', true],
      ['1', true],
      ['false', false],
      ['0', false],
      [true, true],
    ],
    refused: ['', 'perhaps', 1],
  },
  {
    key: 'hostname',
    accepted: [
      ['Mail.Example.COM', 'mail.example.com'],
      ['bücher.example', 'xn--bcher-kva.example'],
    ],
    refused: ['', 'two words', '-x.test', 'mail.example.com.', '[192.0.2.1]', 'a..b', 25],
  },
  {
    key: 'smtp.address',
    accepted: [
      ['::', '::'],
      ['192.0.2.1', '192.0.2.1'],
    ],
    refused: ['', 'localhost', '192.0.2', '192.0.2.0/24', '[::1]'],
  },
  {
    key: 'queue.source_addresses',
    accepted: [
      ['192.0.2.1, 2001:db8::1', ['192.0.2.1', '2001:db8::1']],
      ['', []],
      [['192.0.2.1'], ['192.0.2.1']],
    ],
    refused: ['192.0.2.300', ['mx.test'], [''], '::', '0.0.0.0', 5],
  },
  {
    key: 'database_url',
    accepted: [
      ['postgresql://u:p@h:5432/d', 'postgresql://u:p@h:5432/d'],
      ['postgres:///d?host=/run/postgresql', 'postgres:///d?host=/run/postgresql'],
      ['', ''],
    ],
    refused: ['mysql://h/d', 'h/d', 'postgresql://u:p@h:99999/d'],
  },
  {
    key: 'allow_unsafe',
    accepted: [['fsync full_page_writes', ['fsync', 'full_page_writes']]],
    refused: ['fsink', ['autovacuum']],
  },
];

for (const { key, accepted, refused } of VALUES) {
  test(`${key}: what is taken and what is refused by its name`, () => {
    for (const [value, expected] of accepted) {
      const config = right({ flags: { [key]: value as string } });
      assert.deepEqual(config[key], expected, JSON.stringify(value));
    }
    for (const value of refused) {
      const problems = wrong({ flags: { [key]: value as string } });
      assert.deepEqual(
        problems.map((one) => one.key),
        [key],
        JSON.stringify(value),
      );
      assert.equal(problems[0]!.remedy, FIELDS[key].doc);
    }
  });
}

test('every setting has a name of its own in the environment', () => {
  const names = KEYS.map((key) => envName(key));
  assert.equal(new Set(names).size, names.length);
  for (const key of KEYS) assert.ok((FIELDS[key] as Field<unknown>).doc.length > 10, key);
});

test('a value of another kind is told in words that say what it should be', () => {
  const flags = { 'smtp.port': 'x', 'queue.lifetime': 'soon', 'limits.message_size': 'big' };
  const told = wrong({ flags: { ...flags, 'reports.tls': 'perhaps' } });
  assert.deepEqual(told.map(({ key, problem }) => `${key} ${problem}`).sort(), [
    'limits.message_size "big" from flag: is no size such as 500K, 25M or 1G',
    'queue.lifetime "soon" from flag: is no time such as 90s, 15m, 4h or 5d',
    'reports.tls "perhaps" from flag: is neither true nor false',
    'smtp.port "x" from flag: is no number',
  ]);
});
