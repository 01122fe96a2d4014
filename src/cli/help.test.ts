import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { NOUNS } from './nouns.ts';

/** These run until they are stopped and print a log. */
const SERVERS = new Set(['dev', 'serve', 'lab up']);

for (const [name, { load, summary }] of Object.entries(NOUNS)) {
  test(`${name}: every verb says what it does, with an example, and speaks JSON`, async () => {
    const noun = new Command(name);
    (await load())(noun, () => {});
    assert.notEqual(summary, '');
    // a noun without verbs is a command itself
    const verbs = noun.commands.length === 0 ? [noun] : noun.commands;
    for (const verb of verbs) {
      const help = helpOf(verb);
      const line = verb === noun ? name : `${name} ${verb.name()}`;
      assert.match(help, new RegExp(`Examples?:\\s+(\\$ )?hikyaku ${line}`), line);
      if (verb !== noun) assert.notEqual(verb.description(), '', line);
      if (!SERVERS.has(line)) assert.match(help, /--json/, line);
    }
  });
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
