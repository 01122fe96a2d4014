/** Settings added to a `hikyaku.toml` that a person wrote: everything that is there stays as it is, comments too. */

/** By table; '' is what stands before the first one. */
export type AddedSettings = Readonly<Record<string, Readonly<Record<string, string | boolean>>>>;

/** The text with the settings added. They must not be in it yet. */
export function addSettings(text: string, added: AddedSettings): string {
  let lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [table, values] of Object.entries(added)) {
    const written = Object.entries(values).map(
      ([key, value]) => `${key} = ${JSON.stringify(value)}`,
    );
    if (written.length === 0) continue;
    if (table === '') lines = insert(lines, endOfTop(lines), written);
    else {
      const at = lines.findIndex((line) => line.trim() === `[${table}]`);
      lines =
        at >= 0 ? insert(lines, at + 1, written) : [...spaced(lines), `[${table}]`, ...written];
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Before the first table and the comments that stand right above it. */
function endOfTop(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.trim().startsWith('['));
  let at = first < 0 ? lines.length : first;
  while (at > 0 && first >= 0 && /^\s*(?:#.*)?$/.test(lines[at - 1]!)) at--;
  return at;
}

function insert(lines: readonly string[], at: number, written: readonly string[]): string[] {
  return [...lines.slice(0, at), ...written, ...lines.slice(at)];
}

function spaced(lines: readonly string[]): readonly string[] {
  return lines.length === 0 || lines.at(-1) === '' ? lines : [...lines, ''];
}
