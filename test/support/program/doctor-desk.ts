/** What the doctor's calls are answered by, where a test has no server: facts are gathered by who asks for them in earnest. */
import { doctorDesk, type DoctorDesk } from '#mail/doctor/desk';
import { echoBox } from '#mail/doctor/echo-box';
import type { Store } from '#store/database/open';
import { SETTINGS } from './doctor-facts.ts';

export function testDesk({
  pool,
  clock,
  newId,
}: Pick<Store, 'pool' | 'clock' | 'newId'>): DoctorDesk {
  return doctorDesk({
    settings: SETTINGS,
    facts: () => Promise.reject(new Error('this test has no server')),
    echo: echoBox({
      secret: Buffer.alloc(32, 1),
      newId,
      realNow: () => clock.now(),
      db: pool,
    }),
    challenge: (type) =>
      Promise.resolve({ type, name: 'doctor.test', token: 'token', keyAuthorization: 'answer' }),
    pool,
    clock,
  });
}
