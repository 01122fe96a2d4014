/** What a case of the protocol suite works with: a mailbox of its own, messages in it, and as many clients as it likes. */
import type { ImapAccount } from '../account.ts';
import { codeOf, ImapClient, literal, quoted } from '../client.ts';
import { letter, type Letter } from '../../mailbox-contract/letter.ts';

export class Stage implements AsyncDisposable {
  readonly account: (tls?: ImapAccount['tls']) => ImapAccount;
  /** An atom; below it lie what other names a case needs. */
  readonly mailbox: string;
  /** Waits until the server is ready to notice the next change; most always are. */
  readonly settle: () => Promise<void>;
  readonly #stack = new AsyncDisposableStack();

  constructor(account: Stage['account'], mailbox: string, settle: Stage['settle']) {
    this.account = account;
    this.mailbox = mailbox;
    this.settle = settle;
  }

  async open(): Promise<ImapClient> {
    return this.#stack.use(await ImapClient.login(this.account()));
  }

  /** Connected only. */
  async connect(tls: ImapAccount['tls'] = 'implicit'): Promise<ImapClient> {
    return this.#stack.use(await ImapClient.connect(this.account(tls)));
  }

  /** A client that has made the mailbox, filled it, and selected it. */
  async selected(...letters: readonly (Letter | Uint8Array)[]): Promise<ImapClient> {
    return this.#fill(await this.open(), letters);
  }

  async #fill(client: ImapClient, letters: readonly (Letter | Uint8Array)[]): Promise<ImapClient> {
    await client.ok(`CREATE ${this.mailbox}`);
    for (const content of letters) await this.append(client, content);
    await client.ok(`SELECT ${this.mailbox}`);
    return client;
  }

  /** The same with this many messages, whose subjects are `letter 1` and so on, an extension enabled before. */
  async many(count: number, enabled?: string): Promise<ImapClient> {
    const letters = Array.from({ length: count }, (_, i) => ({ subject: `letter ${i + 1}` }));
    const client = await this.open();
    if (enabled !== undefined) await client.ok(`ENABLE ${enabled}`);
    return this.#fill(client, letters);
  }

  /** Another client, with the mailbox selected. */
  async another(): Promise<ImapClient> {
    const client = await this.open();
    await client.ok(`SELECT ${this.mailbox}`);
    return client;
  }

  /** Stores a message in the mailbox; answers its UID where the server has UIDPLUS. */
  async append(client: ImapClient, content: Letter | Uint8Array, flags = ''): Promise<string> {
    const message = content instanceof Uint8Array ? content : letter(content);
    const command = `APPEND ${this.mailbox} (${flags}) `;
    const reply = await client.ok(command, literal(message));
    return String(codeOf([reply], 'APPENDUID')?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await using client = await ImapClient.login(this.account());
    const { untagged } = await client.ok(`LIST "" "${this.mailbox}*"`);
    const names = untagged.flatMap((response) => {
      const last = response.kind === 'data' ? response.values.at(-1) : undefined;
      if (last?.kind === 'string') return [last.bytes.toString()];
      return last?.kind === 'atom' ? [last.text] : [];
    });
    for (const name of names.toSorted().toReversed()) {
      await client.run(`UNSUBSCRIBE ${quoted(name)}`);
      await client.run(`DELETE ${quoted(name)}`);
    }
  }
}
