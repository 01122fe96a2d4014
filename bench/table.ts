/** Tables for people: columns that line up on a terminal, or Markdown for the results page. */

const NUMBER = /^[-+]?[\d.,]+(?:\s?(?:%|ms|s|MB|×|MB\/s))?$/;

/** Rows under their heads; columns of numbers are set to the right. */
export function formatTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  markdown = false,
): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length), markdown ? 3 : 0),
  );
  const right = heads.map((_, column) =>
    rows.every(
      (row) => row[column] === undefined || row[column] === '–' || NUMBER.test(row[column]),
    ),
  );
  const line = (cells: readonly string[]): string => {
    const padded = heads.map((_, column) => {
      const cell = cells[column] ?? '';
      return right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
    });
    return markdown ? `| ${padded.join(' | ')} |` : padded.join('  ').trimEnd();
  };
  const rule = widths.map((width, column) =>
    markdown && right[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(heads), line(rule), ...rows.map((row) => line(row))].join('\n');
}
