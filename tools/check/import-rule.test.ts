import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importFindings, type Packages } from './import-rule.ts';
import type { SourceFile } from './source-tree.ts';

const packages: Packages = {
  production: new Set(['pg', 'fastify', 'dns-packet', '@scope/shipped']),
  development: new Set(['fast-check', '@types/dns-packet']),
};

/** Findings for one file of the given path and text, without their place. */
function findingsFor(file: string, ...lines: readonly string[]): string[] {
  return importFindings([{ path: file, text: lines.join('\n') }], packages).map((finding) =>
    finding.replace(`${file}:`, ''),
  );
}

function refused(file: string, line: string, reason: RegExp): void {
  const findings = findingsFor(file, line);
  assert.equal(findings.length, 1, `${file}: ${line} gave ${JSON.stringify(findings)}`);
  assert.match(findings[0]!, reason);
}

function allowed(file: string, ...lines: readonly string[]): void {
  assert.deepEqual(findingsFor(file, ...lines), [], file);
}

function file(path: string, text: string): SourceFile {
  return { path, text };
}

test('a layer imports what its row of the table names', () => {
  allowed('src/protocol/dkim/sign.ts', "import { fields } from '#protocol/message/header/fields';");
  allowed('src/store/mailboxes.ts', "import { x } from '#protocol/address/mailbox';");
  allowed('src/clients/smtp/session.ts', "import { x } from '#protocol/smtp/reply';");
  allowed(
    'src/mail/queue/claim.ts',
    "import { x } from '#store/queue';",
    "import { y } from '#clients/smtp/session';",
  );
  allowed('src/servers/smtp/session.ts', "import { x } from '#servers/net/listener';");
  allowed('src/servers/jmap/email.ts', "import { x } from '#servers/http/app';");
  allowed('src/lab/provider.ts', "import { x } from '#servers/smtp/listener';");
  allowed('src/cli/queue.ts', "import { x } from '#server';", "import { y } from '#lab/clock';");
  allowed(
    'src/server.ts',
    "import { x } from '#mail/submit/submit';",
    "import { y } from '#clock';",
    "import pg from 'pg';",
  );
  allowed('src/main.ts', "import { x } from '#cli/dev';");
});

test('a layer imports nothing above it', () => {
  refused(
    'src/protocol/smtp/a.ts',
    "import { x } from '#store/emails/blobs';",
    /protocol may not import/,
  );
  refused(
    'src/store/emails/blobs.ts',
    "import { x } from '#mail/queue/claim';",
    /store may not import/,
  );
  refused(
    'src/store/emails/blobs.ts',
    "import { x } from '#clients/dns/stub';",
    /store may not import/,
  );
  refused(
    'src/clients/dns/stub.ts',
    "import { x } from '#store/emails/blobs';",
    /clients may not import/,
  );
  refused('src/mail/queue/a.ts', "import { x } from '#servers/net/a';", /mail may not import/);
  refused('src/servers/smtp/a.ts', "import { x } from '#clients/smtp/a';", /may not import/);
  refused('src/servers/smtp/a.ts', "import { x } from '#servers/imap/a';", /may not import/);
  refused('src/servers/net/a.ts', "import { x } from '#servers/smtp/a';", /may not import/);
  refused('src/servers/smtp/a.ts', "import { x } from '#servers/http/a';", /may not import/);
  refused('src/mail/a.ts', "import { x } from '#config';", /may not import config/);
});

test('types are held to the table as values are', () => {
  refused('src/protocol/a/b.ts', "import type { X } from '#store/emails/blobs';", /may not import/);
  refused('src/protocol/a/b.ts', "type X = import('#store/emails/blobs').X;", /may not import/);
  refused('src/protocol/a/b.ts', "export * from '#store/emails/blobs';", /may not import/);
  refused('src/protocol/a/b.ts', "await import('#store/emails/blobs');", /may not import/);
  refused(
    'src/protocol/a/b.ts',
    "import {\n  x,\n  y,\n} from '#store/emails/blobs';",
    /may not import/,
  );
});

test('leaves are for all, and import only each other', () => {
  allowed('src/protocol/smtp/a.ts', "import { utf8 } from '#bytes';");
  allowed('src/events.ts', "import { storable } from './bytes.ts';");
  refused('src/events.ts', "import { x } from '#store/events/events';", /is a leaf/);
});

test('the top of the program is imported by nothing below', () => {
  refused('src/mail/a.ts', "import { x } from '#server';", /only cli, main, server may/);
  refused('src/server.ts', "import { x } from '#cli/dev';", /only main, cli may/);
  refused('src/server.ts', "import { x } from '#lab/clock';", /only cli, lab may/);
  refused('src/store/emails/blobs.ts', "import { x } from '#store/lab/zones';", /only lab/);
});

test('a file of src outside the table is refused', () => {
  refused(
    'src/extras/a.ts',
    "import { x } from '#store/emails/blobs';",
    /no folder of the import table/,
  );
});

test('folders of protocol do not import each other in a circle', () => {
  const chain = [
    file('src/protocol/dsn/a.ts', "import { x } from '#protocol/message/b';"),
    file('src/protocol/message/b.ts', "import { x } from '#protocol/address/c';"),
  ];
  assert.deepEqual(importFindings(chain, packages), []);
  const back = file('src/protocol/address/c.ts', "import { x } from '#protocol/dsn/a';");
  const findings = importFindings([...chain, back], packages);
  assert.equal(findings.length, 1);
  assert.match(findings[0]!, /circle: .*dsn.*message/);
});

test('imports are written in one way', () => {
  allowed('src/protocol/smtp/a.ts', "import { x } from './b.ts';", "import { y } from './c/d.ts';");
  refused('src/protocol/smtp/a.ts', "import { x } from './b';", /lacks its extension/);
  refused('src/protocol/smtp/a.ts', "import { x } from './b.js';", /lacks its extension/);
  refused('src/protocol/smtp/a.ts', "import { x } from '../dkim/b.ts';", /'\.\.\/' is not used/);
  refused('src/protocol/smtp/a.ts', "import { x } from '#protocol/dkim/b.ts';", /no extension/);
  refused('src/protocol/smtp/a.ts', "import { x } from '#protocol/smtp/b';", /stays in its folder/);
  refused('src/mail/a.ts', "import { x } from 'fs';", /written 'node:fs'/);
});

test('tests reach the test support by a path, and the code by its name', () => {
  allowed(
    'src/store/emails/blobs.test.ts',
    "import { openTestDatabase } from '../../../test/support/database/database.ts';",
    "import fc from 'fast-check';",
    "import { x } from '#servers/smtp/a';",
  );
  refused(
    'src/store/emails/blobs.test.ts',
    "import { x } from '../mail/a.ts';",
    /'\.\.\/' is not used/,
  );
  allowed('test/e2e/a.test.ts', "import { x } from '../support/x.ts';");
});

test('protocol uses only modules that compute', () => {
  allowed('src/protocol/dkim/a.ts', "import { createHash } from 'node:crypto';");
  for (const name of ['net', 'tls', 'dns', 'fs', 'http', 'fs/promises', 'process', 'timers'])
    refused('src/protocol/dkim/a.ts', `import x from 'node:${name}';`, /may not use node:/);
  refused(
    'src/mail/queue/a.ts',
    "import { connect } from 'node:net';",
    /mail may not use node:net/,
  );
});

test('clock, randomness and environment come in as arguments', () => {
  for (const line of [
    'const a = Date.now();',
    'const a = new Date();',
    'const a = performance.now();',
    'const a = Math.random();',
    'const a = randomBytes(16);',
    'const a = process.env.HOME;',
    'setTimeout(() => {}, 10);',
  ])
    refused('src/protocol/smtp/a.ts', line, /comes in as an argument/);
  refused('src/mail/a.ts', 'const a = Date.now();', /ambient calendar/);
  refused('src/mail/a.ts', 'const a = Math.random();', /ambient seed/);
  refused('src/mail/a.ts', "const a = process.env['X'];", /ambient process/);
  refused('src/store/a.ts', 'const a = new Date();', /ambient calendar/);
  refused('src/clients/smtp/a.ts', 'const a = performance.now();', /ambient monotonic/);
  allowed('src/store/embedded/a.ts', 'const a = performance.now();');
  allowed('src/protocol/smtp/a.ts', 'const a = new Date(0);', 'const b = clock.now();');
  allowed('src/protocol/smtp/a.ts', '// Date.now() is not called', "const a = 'process.env';");
  allowed('src/protocol/smtp/a.ts', 'const a = this.process.run;');
  allowed('src/clock.ts', 'const a = Date.now();');
});

test('packages are dependencies, and some have one owner', () => {
  allowed('src/store/a.ts', "import pg from 'pg';");
  allowed('src/servers/http/a.ts', "import x from '@scope/shipped/part';");
  allowed('src/clients/dns/a.ts', "import type { Packet } from 'dns-packet';");
  refused('src/mail/a.ts', "import pg from 'pg';", /for store alone/);
  refused('src/mail/a.ts', "import fc from 'fast-check';", /not among the dependencies/);
  refused('test/e2e/a.test.ts', "import x from 'unheard-of';", /not among the development/);
});

test('a file name says what the file holds', () => {
  for (const name of ['utils', 'helpers', 'common', 'manager', 'misc', 'types'])
    refused(`src/mail/${name}.ts`, '', /hides what the file holds/);
  refused('src/mail/Claim.ts', '', /kebab-case/);
  refused('test/support/helpers.ts', '', /hides/);
  allowed('src/mail/receive/hash-types.ts', '');
});

test('what only looks like an import is none', () => {
  allowed(
    'src/protocol/smtp/a.ts',
    "// import { x } from '#store/emails/blobs';",
    "/* export * from '#store/emails/blobs'; */",
    'const text = "import { x } from \'#store/blobs\'";',
    'const re = /import "#store\\/blobs"/;',
    'const t = `import { x } from "#store/emails/blobs" ${1 + 1} \'`;',
    'const quote = /[\'"`]/g;',
    'const half = (a + b) / 2; const other = c / d;',
  );
});
