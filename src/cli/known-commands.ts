/** Every command that there is: each noun is loaded, and asked for its verbs. */
import { Command } from 'commander';
import { NOUNS } from './nouns.ts';

export async function knownCommands(): Promise<readonly string[]> {
  const commands: string[] = [];
  for (const [name, { load }] of Object.entries(NOUNS)) {
    const noun = new Command(name);
    (await load())(noun, () => {}, knownCommands);
    collect(noun, name, commands);
  }
  return commands;
}

function collect(command: Command, words: string, into: string[]): void {
  if (command.commands.length === 0) into.push(words);
  for (const verb of command.commands) collect(verb, `${words} ${verb.name()}`, into);
}
