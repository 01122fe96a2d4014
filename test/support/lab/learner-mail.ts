/** What a learner does besides lessons: writes letters as alice, and lets time pass in the practice Internet. */
import { createTransport } from 'nodemailer';
import type { Learner } from './learner.ts';
import { eventually, PASSWORD } from '../program/running-server.ts';

/** Hands in a letter as alice, under TLS and with her login. @returns the id of the message */
export async function writeLetter(
  { server }: Learner,
  to: string,
  letter: { readonly subject?: string; readonly headers?: Record<string, string> } = {},
): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submissions,
    secure: true,
    auth: { user: 'alice@example.test', pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const { response } = (await transport.sendMail({
    from: 'alice@example.test',
    to,
    subject: letter.subject ?? 'A letter',
    text: 'How are you?',
    ...(letter.headers && { headers: letter.headers }),
  })) as { response: string };
  return /^250 2\.6\.0 (\w+) /.exec(response)![1]!;
}

/** Lets time of the calendar pass; what falls due is done after each step. */
export async function pass({ server }: Learner, time: string, by = time): Promise<void> {
  await server.done('lab', 'clock', time, '--by', by);
}

/** Starts a lesson. @returns what it tells besides its page */
export async function told({ server }: Learner, lesson: string): Promise<string[]> {
  const [started] = await server.json<{ told: string[] }>('lab', 'start', lesson);
  return started!.told;
}

/** Waits until the queue has tried everything that is due now. */
export async function tried({ server }: Learner, to: string, attempts = 1): Promise<void> {
  await eventually(`attempts for ${to}`, async () => {
    const waiting = await server.json<{ forwardPath: string; attempts: number; status: string }>(
      'queue',
      'list',
    );
    const own = waiting.filter(({ forwardPath }) => forwardPath.includes(to));
    return own.every((one) => one.attempts >= attempts && one.status === 'deferred');
  });
}

/** Early on the next day of the calendar: what is to happen within one day has time to. */
export async function untilMorning(learner: Learner): Promise<void> {
  const [clock] = await learner.server.json<{ calendar: string }>('lab', 'clock');
  await pass(learner, `${24 - new Date(clock!.calendar).getUTCHours() + 1}h`);
}
