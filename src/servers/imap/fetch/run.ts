/**
 * One FETCH being answered: messages some hundred at a time; while one batch is written the next is read. A client that does not read
 * holds it up. What the view knows is said without a question to the store, and what never changes is said from memory where it was
 * said before (say-constant.ts). Called by commands/fetch.ts.
 */
import type { SelectedMailbox } from '#servers/imap/selected/selected-mailbox';
import type { SessionState } from '#servers/imap/session-state';
import { sayKeywords } from '#servers/imap/updates';
import { saveStructures, type ParsedStructure } from '#store/mailboxes/read/structures';
import type { ViewState } from '#store/mailboxes/view/view';
import { addNeeds, noNeeds } from './items.ts';
import {
  loadMessages,
  UNLOADED,
  type FetchedMessage,
  type Loaded,
  type Loader,
} from './message.ts';
import { headOf, planFetch, type Asked, type FetchPlan, type Target } from './plan.ts';
import { sayConstant } from './say-constant.ts';
import { sayMessage } from './say-message.ts';

/** Messages that are asked for at once: few at first, then as many as have this many octets. */
const FIRST_BATCH = 16;
const LARGEST_BATCH = 500;
const BATCH_OCTETS = 1024 * 1024;
/** Octets of structures that wait to be stored. */
const UNSAVED = 8 * 1024 * 1024;

/** Carries out one FETCH. */
export class FetchRun {
  unknownEncoding = false;
  /** A message left the store while it was being fetched. */
  purged = false;
  readonly #state: SessionState;
  readonly #view: ViewState;
  readonly #loader: Loader;
  readonly #plan: FetchPlan;
  readonly #seen: ReadonlySet<number>;
  /** Octets of structures that are being stored. */
  #unsaved = 0;

  /** @param seen message numbers whose \Seen is told with them */
  constructor(
    state: SessionState,
    selected: SelectedMailbox,
    command: Asked,
    seen: ReadonlySet<number>,
  ) {
    const { enabled, services, login } = state;
    this.#state = state;
    this.#view = selected.now;
    this.#seen = seen;
    const needs = noNeeds();
    for (const item of command.items) addNeeds(needs, item);
    this.#loader = {
      mail: services.mail,
      accountId: login!.accountId,
      mailboxId: selected.view.mailboxId,
      state: this.#view,
      needs,
      keep: true,
      turns: services.largeMessages,
      damaged: (error) =>
        services.log.warn('imap.structure-damaged', { session: state.id, error: error.message }),
      save: (structures) => this.#save(structures),
    };
    const context = {
      loader: this.#loader,
      state: this.#view,
      utf8: enabled.utf8 || enabled.rev2,
      unknownEncoding: () => (this.unknownEncoding = true),
      recent: selected.recent,
      offsetAt: services.offsetAt,
    };
    this.#plan = planFetch(command, enabled, context, seen.size > 0);
  }

  async all(targets: readonly Target[]): Promise<void> {
    sayKeywords(this.#state);
    const { needs } = this.#loader;
    if (!Object.values(needs).includes(true)) return this.#sayKnown(targets);
    const { constant } = this.#plan;
    if (!constant) return this.#sayLoaded(targets);
    this.purged = await sayConstant(this.#state, this.#loader, this.#plan, constant, targets);
  }

  /** What the view knows needs no question to the store. */
  async #sayKnown(targets: readonly Target[]): Promise<void> {
    const { uids, emailIds } = this.#view;
    const { out, link } = this.#state;
    const { items } = this.#plan;
    // one for all: an object for each costs more than what is said of it
    const message = { ...UNLOADED, place: 0, sequence: 0, uid: 0, emailId: 0 };
    for (let i = 0; i < targets.length; i++) {
      const { place, sequence } = targets[i]!;
      message.place = place;
      message.sequence = sequence;
      message.uid = uids[place]!;
      message.emailId = emailIds[place]!;
      let words = headOf(this.#plan, message) + (items[0]!(message) as string);
      for (let k = 1; k < items.length; k++) words += ` ${items[k]!(message) as string}`;
      out.text(`${words})\r\n`);
      if (i % LARGEST_BATCH === 0) await link.room();
    }
  }

  async #sayLoaded(targets: readonly Target[]): Promise<void> {
    const { needs, mail, accountId } = this.#loader;
    if (needs.octets && targets.length === 1)
      await this.#state.selected!.ahead.asked(mail, accountId, this.#view, targets[0]!.place);
    let at = 0;
    let batch = needs.octets ? FIRST_BATCH : LARGEST_BATCH;
    const next = (): Promise<Loaded> => {
      const loading = loadMessages(this.#loader, targets.slice(at, at + batch));
      // its failure is heard when it is awaited
      loading.catch(() => {});
      return loading;
    };
    let coming = next();
    while (at < targets.length) {
      const { messages, covered } = await coming;
      if (messages.length < covered) this.purged = true;
      at += covered;
      batch = needs.octets ? batchFor(messages, covered) : LARGEST_BATCH;
      if (at < targets.length) coming = next();
      for (const message of messages) await this.#say(message);
      await this.#state.link.room();
    }
  }

  #say(message: FetchedMessage): Promise<void> {
    const { items, seenItems } = this.#plan;
    const said = this.#seen.has(message.sequence) ? seenItems : items;
    return sayMessage(this.#state, headOf(this.#plan, message), said, message);
  }

  /** Nobody waits until they are stored, unless there are too many: without them the next FETCH parses again. */
  async #save(structures: readonly ParsedStructure[]): Promise<void> {
    const { services, id, login } = this.#state;
    const octets = structures.reduce((sum, { structure }) => sum + structure.length, 0);
    this.#unsaved += octets;
    const saving = saveStructures(services.mail, login!.accountId, structures)
      .catch((error: Error) =>
        services.log.warn('imap.structures-not-stored', { session: id, error: error.message }),
      )
      .finally(() => (this.#unsaved -= octets));
    if (this.#unsaved > UNSAVED) await saving;
  }
}

function batchFor(messages: readonly FetchedMessage[], before: number): number {
  let octets = 0;
  for (const { view } of messages) if (view?.kind === 'whole') octets += view.bytes.length;
  const fitting = Math.floor((before * BATCH_OCTETS) / Math.max(1, octets));
  return Math.min(LARGEST_BATCH, Math.max(1, fitting));
}
