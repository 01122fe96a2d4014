/** Clients that send one message after the other, each on a connection of its own, until they are disposed of. */
import { Lost, Wire } from '../support/smtp/wire.ts';

export interface Senders extends AsyncDisposable {
  /** Subjects of messages whose 250 came. */
  readonly acknowledged: readonly string[];
  /** What went wrong with a connection that was not answered by a greeting. */
  readonly refused: readonly string[];
  /** Sessions that the server ended by 421. */
  readonly closed: number;
}

export function keepSending(host: string, to: string, clients: number): Senders {
  const acknowledged: string[] = [];
  const refused: string[] = [];
  let [closed, made, goesOn] = [0, 0, true];

  async function session(): Promise<void> {
    const subject = `load ${++made}`;
    const wire = await Wire.open(25, false, host).catch((error: unknown) => {
      refused.push(String(error));
    });
    if (wire === undefined) return;
    const content = `Subject: ${subject}\r\n\r\n.`;
    const envelope = ['EHLO client.test', 'MAIL FROM:<sender@elsewhere.test>', `RCPT TO:<${to}>`];
    try {
      for (const command of [...envelope, 'DATA', content, 'QUIT']) {
        const { code, text } = await wire.command(command);
        if (command === content && code === 250) acknowledged.push(subject);
        if (code === 421) closed++;
        else if (code >= 400) refused.push(`${command}: ${text}`);
        if (code >= 400) return;
      }
    } catch (error) {
      // the connection of a session that was told 421 is gone; what was not acknowledged is sent again by its client
      if (!(error instanceof Lost)) throw error;
    }
  }

  const running = Array.from({ length: clients }, async () => {
    while (goesOn) await session();
  });
  return {
    acknowledged,
    refused,
    get closed() {
      return closed;
    },
    async [Symbol.asyncDispose]() {
      goesOn = false;
      await Promise.all(running);
    },
  };
}
