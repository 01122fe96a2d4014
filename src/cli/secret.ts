/**
 * Passwords come from a file, from standard input, or from a prompt that shows nothing: never from an argument, which every user of
 * the machine could read in the list of processes.
 */
import { readFile } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { CommandFailure } from './failure.ts';

const MOST_OCTETS = 4096;

export interface SecretOptions {
  /** `-` is standard input. */
  readonly passwordFile?: string;
}

/** Where a person types. */
export interface Terminal {
  readonly input: Pick<NodeJS.ReadStream, 'on' | 'off' | 'pause' | 'resume' | 'setRawMode'> &
    AsyncIterable<unknown> & { readonly isTTY?: boolean };
  readonly output: { write(text: string): unknown };
}

/** @param twice ask again, for a password that is being set @throws CommandFailure */
export async function readPassword(
  { passwordFile }: SecretOptions,
  prompt: string,
  twice: boolean,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (passwordFile !== undefined && passwordFile !== '-') return fromFile(passwordFile);
  if (passwordFile === '-' || terminal.input.isTTY !== true) return fromInput(terminal);
  const password = await ask(`${prompt}: `, terminal);
  if (twice && (await ask('Once more: ', terminal)) !== password) {
    throw new CommandFailure('the two passwords differ', 'Try again.');
  }
  return given(password);
}

async function fromFile(path: string): Promise<string> {
  try {
    return given(firstLine(await readFile(path)));
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(
      `the password file cannot be read: ${(error as Error).message}`,
      'Name a file that holds the password alone.',
    );
  }
}

async function fromInput({ input }: Terminal): Promise<string> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of input as AsyncIterable<Buffer>) {
    parts.push(part);
    octets += part.length;
    if (octets > MOST_OCTETS) break;
  }
  return given(firstLine(Buffer.concat(parts)));
}

/** Files end with a line end that belongs to no password. */
function firstLine(content: Buffer): string {
  if (content.length > MOST_OCTETS) {
    throw new CommandFailure('that is too long for a password', 'Give a password of one line.');
  }
  const text = content.toString().replace(/\r?\n$/, '');
  if (!/[\r\n]/.test(text)) return text;
  throw new CommandFailure('the password has several lines', 'Give the password alone.');
}

function given(password: string): string {
  if (password !== '') return password;
  throw new CommandFailure(
    'no password was given',
    'Type one, or give it with --password-file or on standard input.',
  );
}

const [INTERRUPT, END, BACKSPACE, DELETE] = ['\x03', '\x04', '\b', '\x7f'];

/** Reads a line from the terminal without showing it. */
function ask(prompt: string, { input, output }: Terminal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const decoder = new StringDecoder('utf8');
  let typed: string[] = [];
  const done = (finish: () => void): void => {
    input.off('data', onData);
    input.setRawMode(false);
    input.pause();
    output.write('\n');
    finish();
  };
  const onData = (chunk: Buffer): void => {
    for (const character of decoder.write(chunk)) {
      if (character === '\r' || character === '\n' || character === END) {
        done(() => resolve(typed.join('')));
        return;
      }
      if (character === INTERRUPT) {
        done(() => reject(new CommandFailure('interrupted', 'Nothing was changed.')));
        return;
      }
      if (character === BACKSPACE || character === DELETE) typed.pop();
      else if (character === '\x15') typed = [];
      else typed.push(character);
    }
  };
  output.write(prompt);
  input.setRawMode(true);
  input.on('data', onData);
  input.resume();
  return promise;
}
