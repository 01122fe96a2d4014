import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { knownCommands } from './known-commands.ts';
import { NOUNS } from './nouns.ts';
import { lineOf } from './verb.ts';

/** These run until they are stopped and print a log. */
const SERVERS = new Set(['dev', 'serve', 'lab up']);

for (const [name, { load, summary }] of Object.entries(NOUNS)) {
  test(`${name}: every verb says what it does, with an example, and speaks JSON`, async () => {
    const noun = new Command(name);
    (await load())(noun, () => {}, knownCommands);
    assert.notEqual(summary, '');
    // a noun without verbs is a command itself
    for (const verb of verbsOf(noun)) {
      const help = helpOf(verb);
      const line = lineOf(verb);
      assert.match(help, new RegExp(`Examples?:\\s+(\\$ )?hikyaku ${line}`), line);
      if (verb !== noun) assert.notEqual(verb.description(), '', line);
      if (!SERVERS.has(line)) assert.match(help, /--json/, line);
    }
  });
}

/** Those at the end of each way: a noun may have nouns below it. */
function verbsOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(verbsOf);
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}
