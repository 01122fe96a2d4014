/** Whether a command line that a text names is one: noun, verb, arguments and options, as the command line itself parses it. Nothing is run. */
import { Command } from 'commander';
import { knownCommands } from '#cli/known-commands';
import { NOUNS } from '#cli/nouns';

/** Why it is none; undefined where it is one. */
export async function faultOf(line: string): Promise<string | undefined> {
  const [program, ...args] = line
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/^["']|["']$/g, ''));
  if (program !== 'hikyaku') return 'it does not begin with hikyaku';
  const noun = NOUNS[args[0] ?? ''];
  if (noun === undefined) return `there is no ${args[0]}`;
  const root = new Command('hikyaku').exitOverride().enablePositionalOptions();
  root.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  (await noun.load())(root.command(args[0]!).copyInheritedSettings(root), () => {}, knownCommands);
  const ends = withoutActions(root);
  try {
    await root.parseAsync(args, { from: 'user' });
  } catch (error) {
    return (error as Error).message;
  }
  return ends.ran ? undefined : 'a verb is missing';
}

/** Every command at the end of a way only says that it was meant. */
function withoutActions(root: Command): { ran: boolean } {
  const ends = { ran: false };
  const visit = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command.commands.length === 0) command.action(() => void (ends.ran = true));
    for (const one of command.commands) visit(one);
  };
  visit(root);
  return ends;
}

/**
 * The command lines that a text names: each stands between backticks, or alone at the end of the text, so that who copies it copies it whole.
 * Placeholders stand for a word.
 */
export function commandsIn(told: string): string[] {
  // as it is typed in a checkout
  const text = told.replaceAll('bin/hikyaku ', 'hikyaku ');
  const marked = [...text.matchAll(/`([^`]*)`/g)].map(([, inside]) => inside!);
  const rest = text.replaceAll(/`[^`]*`/g, '…');
  const last = /\bhikyaku [a-z].*$/.exec(rest);
  return [...marked.filter((one) => one.startsWith('hikyaku ')), ...(last ? [last[0]] : [])].map(
    (line) => line.replaceAll(/\{\w+\}/g, 'x'),
  );
}
