/** Octets of a message as text that a terminal may show: line ends and tabs act, no other control character does. */
import { printable } from '#mail/story/terminal-text';

export async function* visibleText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // a CR may be the last of its chunk: what it is shows with the next one
  let held = '';
  for await (const chunk of chunks) {
    const text = held + decoder.decode(chunk, { stream: true });
    held = text.endsWith('\r') ? '\r' : '';
    yield shown(held === '' ? text : text.slice(0, -1));
  }
  yield shown(held + decoder.decode());
}

function shown(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : printable(part, Infinity)))
    .join('');
}
