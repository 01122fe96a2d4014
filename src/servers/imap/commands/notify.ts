/** NOTIFY (RFC 5465 §3.1): which events the client wants to hear of, at any time. */
import type { CommandOf, NotifyGroup } from '#protocol/imap/command';
import { Watch } from '#servers/imap/notify/watch';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SelectedEvents, SessionState } from '#servers/imap/session-state';
import { tellFigures } from '#servers/imap/tell-watched';

export async function notify(
  state: SessionState,
  { groups, status }: CommandOf<'NOTIFY'>,
): Promise<Reply> {
  state.stopNotifying();
  // RFC 5465 §3.1: an implicit NOOP
  await state.selected?.open.refresh();
  if (groups === undefined) {
    state.notifying = { selected: undefined, watch: undefined };
    return DONE;
  }
  const others = groups.filter(({ filter }) => !isSelected(filter.kind));
  const watch = others.length === 0 ? undefined : watching(state, others);
  state.notifying = { selected: selectedEvents(groups), watch };
  state.listenToSelected();
  if (watch === undefined) return DONE;
  await watch.begin();
  if (status) await tellFigures(state, watch);
  return DONE;
}

const DONE = ok('Noted');

function watching(state: SessionState, groups: readonly NotifyGroup[]): Watch {
  const { services, login } = state;
  return new Watch(services, login!.accountId, groups, () => state.changed());
}

function isSelected(kind: string): boolean {
  return kind === 'selected' || kind === 'selected-delayed';
}

function selectedEvents(groups: readonly NotifyGroup[]): SelectedEvents | undefined {
  const group = groups.find(({ filter }) => isSelected(filter.kind));
  if (group === undefined || !group.events.includes('MessageNew')) return undefined;
  return {
    expunges: group.filter.kind === 'selected',
    flags: group.events.includes('FlagChange'),
    fetch: group.fetch,
  };
}
