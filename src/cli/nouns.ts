/** The nouns of the command line. Each file registers its verbs on the command that it is given. */
import type { Command } from 'commander';
import type { ExitCode } from './run.ts';

/** Registers verbs; `end` sets the exit code of what was run. */
export type Register = (command: Command, end: (code: ExitCode) => void) => void;

export interface Noun {
  readonly summary: string;
  readonly load: () => Promise<Register>;
}

export const NOUNS: Readonly<Record<string, Noun>> = {
  dev: {
    summary: 'run the development server: everything on this machine, nothing leaves it',
    load: async () => (await import('./serve.ts')).dev,
  },
  serve: {
    summary: 'run the server',
    load: async () => (await import('./serve.ts')).serve,
  },
};
