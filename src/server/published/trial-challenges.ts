/** Challenges that no authority gave, answered as theirs are, so that the doctor sees whether an authority would find the answer. */
import { randomUUID } from 'node:crypto';
import type { Challenges } from '#mail/certificates/challenges';
import type { Context } from '#mail/doctor/context';

/**
 * One of each kind in the life of a process: however often it is asked for, it is one row, which is forgotten like every other. Its name is nobody's, so
 * that it never stands before the challenge of a real order.
 */
export function trialChallenges(
  challenges: Pick<Challenges, 'put'>,
  hostname: string,
): NonNullable<Context['challenge']> {
  const id = randomUUID();
  const name = `doctor-${id.slice(0, 8)}.${hostname}`;
  const token = `hikyaku-doctor-${id}`;
  const keyAuthorization = `${token}.${randomUUID()}`;
  return async (type) => {
    const challenge = { type, name, token, keyAuthorization };
    await challenges.put(challenge);
    return challenge;
  };
}
