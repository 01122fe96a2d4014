/**
 * Command lines in texts as they are typed here: catalogues and remedies say `hikyaku …`, which is right where that is installed; in a checkout
 * it is `bin/hikyaku …`. Who starts the program knows, and says so once (HIKYAKU_CALLED, of bin/hikyaku).
 */

const NAME = 'hikyaku';
const COMMAND = /(?<![\w./@:-])(?<!systemctl [a-z]+ )hikyaku (?=[a-z-])/g;

let called = NAME;

/** @param name how this program is called by who types it */
export function nameCommand(name: string): void {
  called = name;
}

/** How this program is called by who types it: the first word of a command line. */
export function calledName(): string {
  return called;
}

/** @param text of ours: what others wrote is not changed */
export function asTyped(text: string): string {
  return called === NAME ? text : text.replaceAll(COMMAND, () => `${called} `);
}
