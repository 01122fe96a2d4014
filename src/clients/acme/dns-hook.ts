/**
 * The command that puts the answer to DNS-01 (RFC 8555 §8.4) into the DNS and takes it out again: started without a shell, told by
 * its environment, bounded in time and output.
 *
 *     ACME_ACTION  add | remove
 *     ACME_NAME    _acme-challenge.example.org
 *     ACME_VALUE   what the TXT record says
 *     ACME_DOMAIN  example.org
 */
import { execFile } from 'node:child_process';

export interface DnsHook {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
}

export interface DnsRecordChange {
  readonly action: 'add' | 'remove';
  readonly name: string;
  readonly value: string;
  readonly domain: string;
}

export type HookEnd =
  | { readonly kind: 'done' }
  /** One line: how it ended and what it said last. */
  | { readonly kind: 'failed'; readonly text: string };

const MAX_OUTPUT = 64 * 1024;
/** Characters of what it said that are kept. */
const MAX_SAID = 400;

export function runDnsHook(
  { command, timeout }: DnsHook,
  { action, name, value, domain }: DnsRecordChange,
  signal: AbortSignal,
): Promise<HookEnd> {
  const [program, ...args] = command;
  const { promise, resolve } = Promise.withResolvers<HookEnd>();
  const { PATH, HOME, LANG } = process.env;
  const env = {
    PATH,
    HOME,
    LANG,
    ACME_ACTION: action,
    ACME_NAME: name,
    ACME_VALUE: value,
    ACME_DOMAIN: domain,
  };
  const options = { env, timeout, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT, signal } as const;
  const child = execFile(program!, args, options, (error, stdout, stderr) => {
    if (error === null) return resolve({ kind: 'done' });
    const said = `${stdout}\n${stderr}`.trim().split('\n').at(-1)!.slice(0, MAX_SAID);
    const ended =
      error.killed === true
        ? `was ended after ${timeout / 1000} s`
        : typeof error.code === 'number'
          ? `ended with ${error.code}`
          : error.message.slice(0, MAX_SAID);
    resolve({ kind: 'failed', text: said === '' ? ended : `${ended}: ${said}` });
  });
  child.stdin?.end();
  return promise;
}
