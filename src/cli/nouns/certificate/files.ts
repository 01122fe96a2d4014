/** `hikyaku certificate import` and `export`: certificates with their keys from files and to files. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone, printLine } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

const MOST_OCTETS = 256 * 1024;

export function addCertificateFiles(noun: Command): void {
  addVerb(
    noun,
    'import <certificate> <key>',
    'serve a certificate that you got elsewhere, from two PEM files; ACME renews it when its time comes',
    'hikyaku certificate import fullchain.pem privkey.pem',
  ).action(async (certificate: string, key: string, options: CommonOptions) => {
    const input = { chain: await pemFile(certificate), key: await pemFile(key) };
    const done = await callValue(options, 'certificate/import', input);
    const until = localTime(done.notAfter);
    printDone(options, done, `${done.names.join(', ')}: by ${done.issuer}, valid until ${until}.`);
  });

  addVerb(
    noun,
    'export <name>',
    'print the chain of a certificate in PEM, or write it into a folder with its key',
    'hikyaku certificate export mail.example.org',
    'hikyaku certificate export mail.example.org --to /etc/ssl/hikyaku',
  )
    .option('--to <folder>', 'write NAME.crt and NAME.key there, the key for its owner alone')
    .action(async (name: string, options: CommonOptions & { readonly to?: string }) => {
      const { names, chain, key } = await callValue(options, 'certificate/export', { which: name });
      if (options.to === undefined) {
        if (options.json === true) printDone(options, { names, chain }, '');
        else printLine(chain.trimEnd());
        return;
      }
      const written = await writePair(options.to, names[0]!.replace('*', '_'), chain, key);
      printDone(options, { names, ...written }, `${written.certificate}\n${written.key}`);
    });
}

async function pemFile(file: string): Promise<string> {
  try {
    const content = await readFile(file);
    if (content.length <= MOST_OCTETS) return content.toString('latin1');
    throw new Error('is too large for PEM');
  } catch (error) {
    throw new CommandFailure(
      `${file} cannot be read: ${(error as Error).message}`,
      'Name the certificate (with its chain) and its key, each a PEM file.',
    );
  }
}

async function writePair(folder: string, name: string, chain: string, key: string) {
  const files = {
    certificate: path.resolve(folder, `${name}.crt`),
    key: path.resolve(folder, `${name}.key`),
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // wx: a file that was there may be readable by others, and stays theirs
    await writeFile(files.key, key, { mode: 0o600, flag: 'wx' });
    await writeFile(files.certificate, chain, { mode: 0o644, flag: 'wx' });
    return files;
  } catch (error) {
    throw new CommandFailure(
      `the files cannot be written: ${(error as Error).message}`,
      'Name another folder, or move away what is there.',
    );
  }
}
