/**
 * The parts of a message in the order they stand in, those of embedded messages too.
 * Called by part-text.ts, preview.ts.
 */
import type { Part } from '#protocol/message/structure';

/** The root first; what `enter` is false of is passed over, with everything in it. */
export function* eachPart(
  root: Part,
  enter: (part: Part) => boolean = () => true,
): Generator<Part> {
  const left = [root];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (!enter(part)) continue;
    yield part;
    if (part.message) left.push(part.message.part);
    for (let index = (part.children?.length ?? 0) - 1; index >= 0; index--)
      left.push(part.children![index]!);
  }
}
