/**
 * Passwords come from a file, from standard input, or from a prompt that shows nothing: never from an argument, which every user of
 * the machine could read in the list of processes.
 */
import { readFile } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { say } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import { CommandFailure } from '#cli/failure';
import { usualLanguage } from '#cli/language';
import { promptFor, secretFailure, type Prompt } from './secret-texts.ts';

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
  { passwordFile, lang = usualLanguage() }: SecretOptions & { readonly lang?: Language },
  prompt: Prompt,
  twice: boolean,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (passwordFile !== undefined && passwordFile !== '-') return fromFile(passwordFile, lang);
  if (passwordFile === '-' || terminal.input.isTTY !== true) return fromInput(terminal, lang);
  const password = await ask(prompt, terminal, lang);
  if (twice && (await ask(promptFor('again'), terminal, lang)) !== password) {
    throw secretFailure('differ', lang);
  }
  return given(password, lang);
}

async function fromFile(path: string, lang: Language): Promise<string> {
  try {
    return given(firstLine(await readFile(path), lang), lang);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw secretFailure('unreadable', lang, { reason: (error as Error).message });
  }
}

async function fromInput({ input }: Terminal, lang: Language): Promise<string> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of input as AsyncIterable<Buffer>) {
    parts.push(part);
    octets += part.length;
    if (octets > MOST_OCTETS) break;
  }
  return given(firstLine(Buffer.concat(parts), lang), lang);
}

/** Files end with a line end that belongs to no password. */
function firstLine(content: Buffer, lang: Language): string {
  if (content.length > MOST_OCTETS) throw secretFailure('too-long', lang);
  const text = content.toString().replace(/\r?\n$/, '');
  if (!/[\r\n]/.test(text)) return text;
  throw secretFailure('several-lines', lang);
}

function given(password: string, lang: Language): string {
  if (password !== '') return password;
  throw secretFailure('none', lang);
}

const [INTERRUPT, END, BACKSPACE, DELETE] = ['\x03', '\x04', '\b', '\x7f'];

/** Reads a line from the terminal without showing it. */
function ask(
  { phrase, values }: Prompt,
  { input, output }: Terminal,
  lang: Language,
): Promise<string> {
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
        done(() => reject(secretFailure('interrupted', lang)));
        return;
      }
      if (character === BACKSPACE || character === DELETE) typed.pop();
      else if (character === '\x15') typed = [];
      else typed.push(character);
    }
  };
  output.write(`${say(phrase, lang, values)}: `);
  input.setRawMode(true);
  input.on('data', onData);
  input.resume();
  return promise;
}
