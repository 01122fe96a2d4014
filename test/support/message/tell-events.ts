/** What the story of a message says, from events as they were concluded: the sentences and what stands under them, one a line. */
import type { Event } from '#events';
import { story, type StoryEntry } from '#mail/story/story';
import type { StoredEvent } from '#store/events/events';

export function tellEvents(messageId: string, events: readonly Event[]): string {
  const { entries } = story({ messageId, events: events.map(stored), dialogues: [] }, 'en');
  return entries.flatMap(linesOf).join('\n');
}

function stored(event: Event): StoredEvent {
  return { ...event, cursor: { xid: '1', id: '1' } } as unknown as StoredEvent;
}

function linesOf({ text, details = [] }: StoryEntry): readonly string[] {
  return [text, ...details];
}
