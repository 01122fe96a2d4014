import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { readPassword, type Terminal } from './secret.ts';
import { promptFor } from './secret-texts.ts';

const EN = { lang: 'en' } as const;
const PROMPT = promptFor('login', { who: 'alice' });

/** A terminal at which keys are typed whenever it prompts; `shown` is all that it shows. */
function typing(...keys: readonly string[]) {
  const left = [...keys];
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (mode: boolean) => raw.push(mode),
  });
  const terminal = {
    shown: '',
    raw,
    input: input as unknown as Terminal['input'],
    output: {
      write(text: string) {
        terminal.shown += text;
        if (text.endsWith(': ')) input.write(left.shift() ?? '\x04');
      },
    },
  };
  return terminal;
}

function piped(text: string): Terminal {
  return {
    input: Readable.from([Buffer.from(text)]) as unknown as Terminal['input'],
    output: { write() {} },
  };
}

test('what is typed is not shown, and can be corrected', async () => {
  const terminal = typing('sex\x7fcx\x08ret\r', 'oops\x15secret\n');
  assert.equal(await readPassword(EN, PROMPT, true, terminal), 'secret');
  assert.equal(terminal.shown, 'Password of alice: \nOnce more: \n');
  assert.deepEqual(terminal.raw, [true, false, true, false]);
});

test('a character of several octets that arrive apart is one character', async () => {
  const terminal = typing();
  const asked = readPassword(EN, PROMPT, false, {
    ...terminal,
    output: {
      write(text: string) {
        if (!text.endsWith(': ')) return;
        const input = terminal.input as unknown as PassThrough;
        for (const octet of Buffer.from('é\r')) input.write(Buffer.of(octet));
      },
    },
  });
  assert.equal(await asked, 'é');
});

test('two different passwords, none, and an interrupt change nothing', async () => {
  await assert.rejects(readPassword(EN, PROMPT, true, typing('a\r', 'b\r')), /differ/);
  await assert.rejects(readPassword(EN, PROMPT, false, typing('\r')), /no password/);
  const terminal = typing('abc\x03');
  await assert.rejects(readPassword(EN, PROMPT, false, terminal), /interrupted/);
  assert.deepEqual(terminal.raw, [true, false]);
});

test('a pipe gives one line, whose end belongs to no password', async () => {
  assert.equal(await readPassword(EN, PROMPT, true, piped('secret \r\n')), 'secret ');
  assert.equal(
    await readPassword({ ...EN, passwordFile: '-' }, PROMPT, true, piped('secret')),
    'secret',
  );
  await assert.rejects(readPassword(EN, PROMPT, true, piped('')), /no password/);
  await assert.rejects(readPassword(EN, PROMPT, true, piped('a\nb\n')), /several lines/);
  await assert.rejects(readPassword(EN, PROMPT, true, piped('x'.repeat(5000))), /too long/);
});

test('a file gives its line, or says why it cannot be read', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-secret-'));
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, 'from a file\n');
  assert.equal(await readPassword({ ...EN, passwordFile }, PROMPT, true, piped('')), 'from a file');
  await rm(folder, { recursive: true });
  await assert.rejects(
    readPassword({ ...EN, passwordFile }, PROMPT, true, piped('')),
    /cannot be read/,
  );
});

test('whoever reads Japanese is asked, and told what is wrong, in Japanese', async () => {
  const lang = 'ja';
  const terminal = typing('a\r', 'b\r');
  await assert.rejects(readPassword({ lang }, PROMPT, true, terminal), /一致しません/);
  assert.equal(terminal.shown, 'alice のパスワード: \nもう一度: \n');
  await assert.rejects(readPassword({ lang }, PROMPT, true, piped('')), /指定されていません/);
});
